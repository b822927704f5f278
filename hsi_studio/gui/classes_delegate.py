"""How a row of the class table is painted and its name edited."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPalette, QPen, QTransform
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from hsi_studio.app.class_spectra import ClassSpectraService
from hsi_studio.core.classes import ClassEntry
from hsi_studio.core.label_stats import ClassSpectra
from hsi_studio.gui.classes_model import ENTRY, FROM_WORDS, PIXELS, Column
from hsi_studio.gui.rich_list import Index
from hsi_studio.gui.swatches import paint_swatch
from hsi_studio.gui.theme import icon, scaled_font

_PAD_X, _PAD_Y = 8, 3
_ICON = 15
_SMALL = 0.88
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FEWEST_POINTS = 2
_MOST_POINTS = 64


class ClassDelegate(QStyledItemDelegate):
    """Paints swatches, sparklines, counts, eyes and locks."""

    redrawn = Signal(list)
    """Ids of classes whose sparklines have become others."""

    def __init__(self, spectra: ClassSpectraService, parent: QWidget) -> None:
        super().__init__(parent)
        self._spectra = spectra
        self._lines: dict[int, QPainterPath] = {}
        spectra.changed.connect(self._measure)

    def _measure(self) -> None:
        found = self._spectra.spectra
        lines = {} if found is None else sparklines(found)
        before, self._lines = self._lines, {id: _path(points) for id, points in lines.items()}
        ids = before.keys() | self._lines.keys()
        self.redrawn.emit([id for id in ids if before.get(id) != self._lines.get(id)])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: ClassEntry = index.data(ENTRY)
        column = Column(index.column())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        match column:
            case Column.SWATCH:
                paint_swatch(painter, option.rect, entry.color, hatched=bool(index.data(FROM_WORDS)))
            case Column.SPECTRUM if entry.id in self._lines:
                _paint_line(painter, option, self._lines[entry.id])
            case Column.EYE:
                _paint_icon(
                    painter, option.rect, "eye" if entry.visible else "eye-slash", strong=not entry.visible
                )
            case Column.LOCK:
                name = "lock-simple" if entry.locked else "lock-simple-open"
                _paint_icon(painter, option.rect, name, strong=entry.locked)
            case Column.KEY | Column.NAME | Column.PIXELS | Column.SHARE:
                _paint_text(painter, option, index, entry, column)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        wide = 20
        if index.column() in (Column.PIXELS, Column.SHARE):
            text = str(index.data(Qt.ItemDataRole.DisplayRole))
            wide = QFontMetrics(scaled_font(option.font, _SMALL)).horizontalAdvance(text) + _PAD_X
        return QSize(wide, max(option.fontMetrics.height(), _ICON) + _PAD_Y)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002
        editor = QLineEdit(parent)
        editor.setAccessibleName("Name of the class")
        editor.setFrame(False)
        editor.setStyleSheet("padding: 0; border-radius: 0")
        return editor


def sparklines(spectra: ClassSpectra) -> dict[int, NDArray[np.float32]]:
    """Return the mean of every class as points (n, 2) from 0 to 1, to the right and up; NaN makes a gap.

    All lines share one scale. Bands that the cube marks as bad are gaps.
    """
    cube = spectra.cube
    found = {id: spectra.spectrum(id) for id in spectra.sums}
    means = {id: np.where(cube.good_bands(), one.values, np.nan) for id, one in found.items() if one}
    finite = np.concatenate([mean[np.isfinite(mean)] for mean in means.values()] or [np.zeros(0)])
    if cube.bands < _FEWEST_POINTS or not finite.size:
        return {}
    low, high = float(finite.min()), float(finite.max())
    across = np.linspace(0, 1, cube.bands) if cube.wavelengths_nm is None else _scaled(cube.wavelengths_nm)
    order = np.argsort(across, kind="stable")[:: max(1, cube.bands // _MOST_POINTS)]
    span = high - low or 1.0
    return {
        id: np.stack((across[order], (mean[order] - low) / span), axis=1).astype(np.float32)
        for id, mean in means.items()
    }


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    extent = float(np.ptp(values)) or 1.0
    scaled: NDArray[np.float64] = (values - values.min()) / extent
    return scaled


def _path(points: NDArray[np.float32]) -> QPainterPath:
    """Return points from 0 to 1 as a line whose height is downwards, as in a widget."""
    path, drawing = QPainterPath(), False
    for x, y in points.tolist():
        if not math.isfinite(y):
            drawing = False
            continue
        (path.lineTo if drawing else path.moveTo)(x, -y)
        drawing = True
    return path


def _paint_line(painter: QPainter, option: QStyleOptionViewItem, line: QPainterPath) -> None:
    area = QRectF(option.rect).adjusted(4, 3, -4, -3)
    fitted = QTransform(area.width(), 0, 0, area.height(), area.left(), area.bottom())
    painter.setPen(QPen(option.palette.color(QPalette.ColorRole.PlaceholderText), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(fitted.map(line))


def _paint_icon(painter: QPainter, rect: QRect, name: str, *, strong: bool) -> None:
    square = QRect(0, 0, _ICON, _ICON)
    square.moveCenter(rect.center())
    icon(name, quiet=not strong).paint(painter, square)


def _paint_text(
    painter: QPainter, option: QStyleOptionViewItem, index: Index, entry: ClassEntry, column: Column
) -> None:
    is_name = column == Column.NAME
    faded = not is_name or not entry.visible
    if column == Column.PIXELS and index.data(PIXELS):
        faded = False
    role = QPalette.ColorRole.PlaceholderText if faded else QPalette.ColorRole.Text
    painter.setPen(option.palette.color(role))
    if not is_name:
        painter.setFont(scaled_font(option.font, _SMALL))
    rect = option.rect.adjusted(4 if is_name else 0, 0, -2, 0)
    text = str(index.data(Qt.ItemDataRole.DisplayRole))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, _LEFT if is_name else _RIGHT, shown)
