"""How a row of the class table is painted and its name edited."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPalette, QPen, QTransform
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from hsi_studio.app.class_spectra import ClassSpectraService
from hsi_studio.core.classes import ClassEntry
from hsi_studio.core.label_stats import ClassSpectra
from hsi_studio.gui.classes_model import ClassModel, Column, ShownRow
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
        self._font, self._small = QFont(), scaled_font(QFont(), _SMALL)
        spectra.changed.connect(self._measure)

    def _measure(self) -> None:
        found = self._spectra.spectra
        lines = {} if found is None else sparklines(found)
        before, self._lines = self._lines, {id: _path(points) for id, points in lines.items()}
        ids = before.keys() | self._lines.keys()
        self.redrawn.emit([id for id in ids if before.get(id) != self._lines.get(id)])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell, as for the picture of a dragged row."""
        row = _model(index).shown(index.row())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_cell(painter, option, Column(index.column()), row)
        painter.restore()

    def paint_cell(
        self, painter: QPainter, option: QStyleOptionViewItem, column: Column, row: ShownRow
    ) -> None:
        """Paint a cell into `option.rect`; pen, brush and font of the painter are other ones afterwards."""
        entry = row.entry
        match column:
            case Column.SWATCH:
                paint_swatch(painter, option.rect, entry.color, hatched=row.from_words)
            case Column.SPECTRUM:
                if entry.id in self._lines:
                    _paint_line(painter, option, self._lines[entry.id])
            case Column.EYE:
                name = "eye" if entry.visible else "eye-slash"
                _paint_icon(painter, option.rect, name, strong=not entry.visible)
            case Column.LOCK:
                name = "lock-simple" if entry.locked else "lock-simple-open"
                _paint_icon(painter, option.rect, name, strong=entry.locked)
            case Column.NAME:
                _paint_name(painter, option, entry)
            case _:
                self._paint_small(
                    painter, option, row.text(column), strong=row.labelled and column == Column.PIXELS
                )

    def _paint_small(
        self, painter: QPainter, option: QStyleOptionViewItem, text: str, *, strong: bool
    ) -> None:
        if text:
            role = QPalette.ColorRole.Text if strong else QPalette.ColorRole.PlaceholderText
            painter.setPen(option.palette.color(role))
            painter.setFont(self._small_of(option.font))
            painter.drawText(option.rect.adjusted(0, 0, -2, 0), _RIGHT, text)

    def _small_of(self, font: QFont) -> QFont:
        if font != self._font:
            self._font, self._small = QFont(font), scaled_font(font, _SMALL)
        return self._small

    def width_of(self, font: QFont, text: str) -> int:
        """Return how wide the column of a number must be."""
        return QFontMetrics(self._small_of(font)).horizontalAdvance(text) + _PAD_X

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(20, max(option.fontMetrics.height(), _ICON) + _PAD_Y)

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


def _paint_name(painter: QPainter, option: QStyleOptionViewItem, entry: ClassEntry) -> None:
    role = QPalette.ColorRole.Text if entry.visible else QPalette.ColorRole.PlaceholderText
    painter.setPen(option.palette.color(role))
    painter.setFont(option.font)
    rect = option.rect.adjusted(4, 0, -2, 0)
    shown = option.fontMetrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, _LEFT, shown)


def _model(index: Index) -> ClassModel:
    model = index.model()
    assert isinstance(model, ClassModel)
    return model
