"""Paints the labels on the canvas: the part in sight, piece by piece, and after a stroke what it changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap

from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.classes import ClassTable, Color
from hsi_studio.core.labels import TILE, Labels, tile_keys
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_transform import ViewTransform
from hsi_studio.gui.label_tiles import ColorTable, Piece, Place, places, step_for
from hsi_studio.gui.overlays import dot

OPACITY = 0.7
"""As far as the labels hide the image at first."""

DOTS_BELOW = 8.0
"""Widget units per pixel below which lone pixels are shown as dots."""

REACH = 7
"""Widget units by which a dot reaches beyond its pixel at the most."""

_KEPT = 256
_AT_ONCE = 64
"""Tiles of labels that are drawn on the GUI thread in one go; more are drawn on a thread."""

_AT_ONCE_WHEN_LATE = 256
"""The same for a piece that strokes have overtaken while it was drawn: it must not wait again."""

_MOST_DOTS = 3000


class LabelLayer(QObject):
    """Picture of the labels of one image.

    Labels are cut into pieces of 256 × 256 reduced pixels at the step of the zoom. A stroke redraws the
    tiles of the pieces that it touches, so its cost does not depend on the size of the image; a view of
    many labels that were never drawn is filled by a thread, over a coarse picture of the whole.
    """

    changed = Signal(object)
    """The `Window` of pixels whose picture has changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.visible = True
        self.opacity = OPACITY
        self._labels: Labels | None = None
        self._classes = ClassTable(())
        self._colors = ColorTable.of(self._classes, OPACITY)
        self._pieces: OrderedDict[Place, Piece] = OrderedDict()
        self._stale: set[Place] = set()
        self._asked: set[Place] = set()
        self._step = 1
        self._dots: dict[tuple[Color, float], QPixmap] = {}
        self._worker = LatestWorker("labels", self)
        self._worker.answered.connect(self._on_piece)

    def stop(self) -> None:
        """End the thread, after the step in progress."""
        self._worker.stop()

    def show_labels(self, labels: Labels | None, windows: tuple[Window, ...] = ()) -> None:
        """Draw other labels of the same image, which differ in `windows` at the most; or of another image."""
        before, self._labels = self._labels, labels
        if labels is None or before is None or _size(labels) != _size(before):
            self._forget()
        else:
            windows = tuple(window for window in windows if not self._looks_alike(before, labels, window))
            if sum(1 for window in windows for _ in tile_keys(window)) <= _AT_ONCE:
                for window in windows:
                    self._redraw(before, labels, window)
            else:
                self._stale.update(self._pieces)
        for window in windows:
            self.changed.emit(window)

    def show_classes(self, classes: ClassTable) -> None:
        """Draw the classes in these colours, and only those that are visible."""
        before, self._classes = self._classes, classes
        if _look(classes) != _look(before):  # not when only a name or a description has changed
            self._recolor()

    def set_shown(self, visible: bool, opacity: float) -> None:
        """Show, hide or fade the labels; the opacity is from 0 to 1."""
        if (visible, opacity) != (self.visible, self.opacity):
            self.visible, self.opacity = visible, opacity
            self._recolor()

    def paint(self, painter: QPainter, transform: ViewTransform, part: Window, ratio: float) -> None:
        """Paint a part of the image; `ratio` is the device pixels per widget unit."""
        if self._labels is None or not self.visible or not self._labels.tiles:
            return
        self._step = step_for(transform.scale * ratio)
        shown = list(self._drawn(self._labels, part))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for piece, window in shown:
            _paint(painter, transform, piece, window)
        if transform.scale < DOTS_BELOW:
            self._paint_dots(painter, transform, [piece for piece, _ in shown], ratio)

    def _drawn(self, labels: Labels, part: Window) -> Iterator[tuple[Piece, Window]]:
        """Yield what to paint where; what is missing is asked for."""
        budget, wanted = _AT_ONCE, []
        for place in places(part, self._step):
            piece = self._pieces.get(place) or Piece.blank(place, labels)
            if place not in self._asked and (place not in self._pieces or place in self._stale):
                behind = piece.behind(labels)
                if len(behind) <= budget:
                    budget -= len(behind)
                    self._bring_up(piece, labels, behind)
                else:
                    wanted.append(place)
            if place in self._pieces:
                yield piece, piece.window.common(part)
            else:
                yield from self._coarse(piece.window.common(part))
        if wanted:
            self._ask(labels, [*wanted, *self._missing_overview(labels)])

    def _bring_up(self, piece: Piece, labels: Labels, behind: list[tuple[int, int]]) -> None:
        piece.redraw(labels, behind, self._colors)
        piece.mark_lone(labels, map(labels.tile_window, behind), self._colors)
        self._stale.discard(piece.place)
        self._pieces[piece.place] = piece
        self._pieces.move_to_end(piece.place)
        while len(self._pieces) > _KEPT:
            self._stale.discard(self._pieces.popitem(last=False)[0])

    def _coarse(self, part: Window) -> Iterator[tuple[Piece, Window]]:
        """Yield the pieces of the overview that lie under a missing one."""
        for place in places(part, self._overview_step):
            if (piece := self._pieces.get(place)) is not None:
                yield piece, piece.window.common(part)

    @property
    def _overview_step(self) -> int:
        return 1 if self._labels is None else step_for(2 * TILE / max(1, *_size(self._labels)))

    def _missing_overview(self, labels: Labels) -> list[Place]:
        whole = Window.full(*_size(labels))
        return [place for place in places(whole, self._overview_step) if place not in self._pieces]

    def _ask(self, labels: Labels, wanted: list[Place]) -> None:
        """Ask the thread for pieces besides those on their way, coarse ones first."""
        self._asked.update(wanted)
        order = sorted(self._asked, key=lambda place: -place[0])
        self._worker.request("pieces", partial(_build, labels, order, self._colors))

    def _on_piece(self, _kind: Hashable, piece: Piece) -> None:
        """Take in a piece, which strokes may have overtaken."""
        self._asked.discard(piece.place)
        if self._labels is not None:
            behind = piece.behind(self._labels)
            late = len(behind) > _AT_ONCE_WHEN_LATE
            self._bring_up(piece, self._labels, [] if late else behind)
            if late:
                self._stale.add(piece.place)
            self.changed.emit(piece.window)

    def _looks_alike(self, before: Labels, after: Labels, window: Window) -> bool:
        """Tell whether a tile has the same labels as before, as when a stroke that was shown is kept."""
        key = next(tile_keys(window))
        old, new = before.tiles.get(key), after.tiles.get(key)
        if window != after.tile_window(key) or old is None or new is None or not np.array_equal(old, new):
            return False
        for piece in self._pieces.values():
            piece.adopt(before, after, key)
        return True

    def _redraw(self, before: Labels, labels: Labels, window: Window) -> None:
        """Bring the pieces in use up to date where a stroke changed them; those of other zooms can wait."""
        around = Window(window.row - 2, window.col - 2, window.rows + 4, window.cols + 4)
        near = around.clipped(*_size(labels))
        for place, piece in tuple(self._pieces.items()):
            if not piece.window.common(near).size:
                continue
            if place[0] in (self._step, self._overview_step):
                piece.follow(before, labels, window, self._colors)
                within = near.common(piece.window)
                areas = [within.common(labels.tile_window(key)) for key in tile_keys(within)]
                piece.mark_lone(labels, areas, self._colors)
            else:
                self._stale.add(place)

    def _recolor(self) -> None:
        before, self._colors = self._colors, ColorTable.of(self._classes, self.opacity)
        if before.hides_as(self._colors):
            for piece in self._pieces.values():
                piece.recolor(self._colors)
        else:
            self._forget()
        if self._labels is not None:
            self.changed.emit(Window.full(*_size(self._labels)))

    def _forget(self) -> None:
        self._pieces.clear()
        self._stale.clear()
        self._asked.clear()
        self._worker.drop("pieces")

    def _paint_dots(
        self, painter: QPainter, transform: ViewTransform, pieces: list[Piece], ratio: float
    ) -> None:
        lone = [found for piece in pieces for found in piece.lone.values()]
        if sum(map(len, lone)) > _MOST_DOTS:
            return
        colors = {entry.id: entry.color for entry in self._classes}
        for row, col, id in (pixel for found in lone for pixel in found.tolist()):
            if id in colors:
                sprite = self._dot(colors[id], ratio)
                half = QPointF(sprite.width() / ratio / 2, sprite.height() / ratio / 2)
                painter.drawPixmap(transform.to_widget(row + 0.5, col + 0.5) - half, sprite)

    def _dot(self, color: Color, ratio: float) -> QPixmap:
        key = color, ratio
        if key not in self._dots:
            self._dots[key] = dot(QColor(*color), ratio)
        return self._dots[key]


def _build(labels: Labels, wanted: list[Place], colors: ColorTable) -> Iterator[Piece]:
    for place in wanted:
        piece = Piece.blank(place, labels)
        behind = piece.behind(labels)
        piece.redraw(labels, behind, colors)
        piece.mark_lone(labels, map(labels.tile_window, behind), colors)
        yield piece


def _paint(painter: QPainter, transform: ViewTransform, piece: Piece, part: Window) -> None:
    step = piece.place[0]
    source = QRectF(
        (part.col - piece.window.col) / step,
        (part.row - piece.window.row) / step,
        part.cols / step,
        part.rows / step,
    )
    painter.drawImage(transform.rect(part), piece.image, source)


def _look(classes: ClassTable) -> list[tuple[int, Color, bool]]:
    return [(entry.id, entry.color, entry.visible) for entry in classes]


def _size(labels: Labels) -> tuple[int, int]:
    return labels.rows, labels.cols
