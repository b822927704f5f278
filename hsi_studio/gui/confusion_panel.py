"""The bottom panel "Confusion": how the map agrees with a ground truth, and where it does not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.comparison import NEAR, Comparator, Comparison
from hsi_studio.core.window import Window
from hsi_studio.gui.confusion_model import FIGURES, ConfusionModel
from hsi_studio.gui.highlight import Highlight
from hsi_studio.gui.theme import scaled_font
from hsi_studio.gui.widgets import muted, named

_EMPTY = (
    "With a ground truth over the image (File → Load class raster as layer…) and a prediction, this table "
    "shows which classes the map takes for which."
)
_NOTHING_LEFT = "No pixel of the truth is left to compare: all of them are labels or of no class."
_ICON, _CELL, _FIGURE, _ROW, _NAMES = 12, 36, 52, 19, 148
_FIGURES_WIDTH = 216
_MOST_LIT = 4_000_000
_MANY_NEAR = 0.1
"""Share of the test pixels from which those beside labels can move the figures."""


class ConfusionPanel(QWidget):
    """Shows `Comparator`; a click on a cell lights up its pixels, again puts them out."""

    highlighted = Signal(object)
    """`Highlight`, or None."""

    def __init__(self, comparator: Comparator) -> None:
        super().__init__()
        self._comparator = comparator
        self._lit: tuple[int, int] | None = None
        self.model = ConfusionModel()
        self.table = _Table(self.model)
        self.empty = muted(_EMPTY)
        self.figures = named(QLabel(), "Overall accuracy, average accuracy and kappa")
        self.figures.setTextFormat(Qt.TextFormat.RichText)
        self.notes = muted("")
        self.warning = muted("")
        self.said = muted("")
        self.shares = QCheckBox("Percent of the truth")
        self.shares.setToolTip("Percent of each row instead of pixels (Shift+N)")
        self.truth, self.map = named(QComboBox(), "Truth"), named(QComboBox(), "Map")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(6)
        for widget in (self.figures, self.warning, self.notes, self.said):
            side.addWidget(widget)
        side.addStretch(1)
        for box in (self.truth, self.map):
            side.addWidget(box)
        side.addWidget(self.shares)
        aside = QWidget()
        aside.setLayout(side)
        aside.setFixedWidth(_FIGURES_WIDTH)
        side.setContentsMargins(0, 0, 0, 0)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(16)
        row.addWidget(aside)
        row.addWidget(self.table, 1)
        self._pages = QStackedLayout(self)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 16, 8)
        column.addWidget(self.empty)
        column.addStretch(1)
        self._pages.addWidget(page)
        self._pages.addWidget(content)

    def _connect(self) -> None:
        self._comparator.changed.connect(self.show_comparison)
        self._comparator.pixels_found.connect(self._on_pixels)
        self.table.clicked.connect(self._toggle)
        self.table.activated_by_key.connect(self._toggle)
        self.table.left.connect(self.put_out)
        self.shares.toggled.connect(self.model.set_shares)
        for box in (self.truth, self.map):
            box.activated.connect(self._choose)

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Show a comparison, or why there is none."""
        self._show_choices()
        usable = comparison is not None and comparison.figures is not None
        self.empty.setText(_EMPTY if comparison is None else _NOTHING_LEFT)
        self._pages.setCurrentIndex(int(usable))
        self.model.show(comparison if usable else None)
        if comparison is None or not usable:
            self.put_out()
            return
        self.figures.setText(_headline(comparison))
        self.notes.setText(_notes(comparison))
        self.warning.setText(_warning(comparison))
        self.warning.setVisible(comparison.near >= _MANY_NEAR)
        if self._lit is not None:
            self._light(*self._lit)

    def toggle_shares(self) -> None:
        """Show percent of each row, or numbers of pixels."""
        self.shares.toggle()

    def put_out(self) -> None:
        """Light no pixels any more."""
        self.table.clearSelection()
        self.said.clear()
        if self._lit is not None:
            self._lit = None
            self._comparator.forget_pixels()
            self.highlighted.emit(None)

    def _toggle(self, index: QModelIndex) -> None:
        cell = self.model.cell(index)
        if cell is None or cell == self._lit:
            self.put_out()
        else:
            self._light(*cell)

    def _light(self, truth: int, found: int) -> None:
        comparison = self.model.comparison
        if comparison is None or truth not in comparison.rows or found not in comparison.columns:
            self.put_out()
            return
        self._lit = truth, found
        self.said.setText(self.model.words(truth, found) + ".")
        self._comparator.find(comparison, truth, found)

    def _on_pixels(self, mask: NDArray[np.bool_]) -> None:
        if self._lit is not None:
            step = 1 + int((mask.size / _MOST_LIT) ** 0.5)
            window = Window.full(*mask.shape)
            self.highlighted.emit(Highlight.of(window, mask[::step, ::step], step))

    def _choose(self) -> None:
        self._comparator.choose(self.truth.currentText(), self.map.currentText())

    def _show_choices(self) -> None:
        for box, names in zip((self.truth, self.map), self._comparator.candidates, strict=True):
            if [box.itemText(place) for place in range(box.count())] != list(names):
                chosen = box.currentText()
                box.clear()
                box.addItems(names)
                box.setCurrentText(chosen)
            box.setVisible(len(names) > 1)

    def stop(self) -> None:
        """End the thread."""
        self._comparator.stop()

    def set_awake(self, awake: bool) -> None:
        """Follow layers and labels, or rest."""
        self._comparator.watch(awake)
        if not awake:
            self.put_out()


class _Table(QTableView):
    activated_by_key = Signal(QModelIndex)
    left = Signal()

    def __init__(self, model: ConfusionModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName("Confusion matrix: truth in rows, decisions in columns")
        self.setObjectName("confusion")
        self.setShowGrid(False)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setFont(scaled_font(self.font(), 0.9))
        self.setWordWrap(False)
        across, down = self.horizontalHeader(), self.verticalHeader()
        for header, size in ((across, _CELL), (down, _ROW)):
            header.setFont(self.font())
            header.setMinimumSectionSize(size)
            header.setDefaultSectionSize(size)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        model.modelReset.connect(self._fit)
        down.setMaximumWidth(_NAMES)
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        down.setTextElideMode(Qt.TextElideMode.ElideRight)

    def _fit(self) -> None:
        columns = self.model().columnCount()
        for column in range(columns):
            self.setColumnWidth(column, _FIGURE if column >= columns - len(FIGURES) else _CELL)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.activated_by_key.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _headline(comparison: Comparison) -> str:
    figures = comparison.figures
    assert figures is not None
    overall = f"<b>{100 * figures.overall_accuracy:.1f} %</b> overall accuracy"
    return f"{overall}<br>{100 * figures.average_accuracy:.1f} % average · κ {figures.kappa:.3f}"


def _notes(comparison: Comparison) -> str:
    figures = comparison.figures
    assert figures is not None
    pixels = int(figures.confusion.sum())
    parts = [f"On {pixels:,} pixels of {comparison.pair.truth.name}".replace(",", "\u202f")]
    if comparison.left_out:
        parts.append(f"; {comparison.left_out:,} labelled pixels are left out".replace(",", "\u202f"))
    if comparison.unknown:
        share = 100 * comparison.unknown / pixels
        parts.append(f". {share:.0f} % are of classes that the map does not know and count as wrong")
    return "".join(parts) + "."


def _warning(comparison: Comparison) -> str:
    return (
        f"⚠ {100 * comparison.near:.0f} % of the test pixels lie within {NEAR} pixels of a label. "
        "Neighbouring pixels are alike: farther from labels the map may be less accurate."
    )
