"""The Spectra tab: transform, plot, legend and export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.session import Session
from hsi_studio.app.spectra_model import SpectraModel
from hsi_studio.app.spectrum_service import Curve
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.cube import Cube
from hsi_studio.gui.spectrum_bands import BandMarks
from hsi_studio.gui.spectrum_list import SpectrumList
from hsi_studio.gui.widgets import flat_button, named, quiet_button, section

# Short enough for a low plot.
_NOTHING = "Move over the image to see a spectrum. A click keeps it, Shift+click collects several."
_NO_SNR = "The signal-to-noise ratio needs several pixels: draw a rectangle or a polygon."
_LEGEND_WIDTHS = (120, 260)


class SpectrumPanel(QWidget):
    """Plot of the current cube's spectra with its legend.

    Parameters
    ----------
    session : Session
        Its composite is shown as lines or ranges and changed by dragging them.
    spectra : SpectraModel
        What is drawn.
    marks : BandMarks
        The composite on the plot, both of which the panel takes.
    """

    notice = Signal(str)
    """A sentence for the user on what was done."""

    def __init__(
        self, session: Session, spectra: SpectraModel, marks: BandMarks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._spectra = spectra
        self._cube: Cube | None = None
        self.plot, self.marks = marks.plot, marks
        self.legend = SpectrumList(spectra)
        self.transform = named(QComboBox(), "Show spectra as")
        self.readout = QLabel()
        self._legend_column = QWidget()
        self._reset = quiet_button("arrows-out-line-horizontal", "Show all wavelengths (double-click)")
        self._export = quiet_button("export", "Export the spectra shown")
        self._actions = self._build_actions()
        self._lay_out()
        self._connect()
        self._on_current()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addLayout(self._tool_row())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.plot)
        split.addWidget(self._build_legend())
        split.setStretchFactor(0, 1)
        split.setSizes([1000, 190])
        column.addWidget(split, 1)

    def _tool_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.transform.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.readout.setProperty("muted", True)
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._export)
        menu.addActions(self._actions)
        self._export.setMenu(menu)
        row.addWidget(self.transform)
        row.addWidget(self.readout, 1)
        row.addWidget(self._reset)
        row.addWidget(self._export)
        return row

    def _build_legend(self) -> QWidget:
        column = QVBoxLayout(self._legend_column)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(2)
        clear = flat_button("Clear")
        clear.setToolTip("Remove all spectra of this cube")
        clear.clicked.connect(self._spectra.clear)
        head = QHBoxLayout()
        head.addWidget(section("Spectra"), 1)
        head.addWidget(clear)
        column.addLayout(head)
        column.addWidget(self.legend, 1)
        self._legend_column.setMinimumWidth(_LEGEND_WIDTHS[0])
        self._legend_column.setMaximumWidth(_LEGEND_WIDTHS[1])
        return self._legend_column

    def _build_actions(self) -> list[QAction]:
        copy = QAction("Copy as table", self, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.triggered.connect(self.copy)
        table = QAction("Save as CSV…", self)
        table.triggered.connect(lambda: self._ask_path("CSV table (*.csv)", ".csv"))
        library = QAction("Save as ENVI spectral library…", self)
        library.triggered.connect(lambda: self._ask_path("ENVI spectral library (*.sli)", ".sli"))
        self.addActions([copy, table, library])
        return [copy, table, library]

    def _connect(self) -> None:
        reset = QAction("Show all wavelengths", self)
        reset.triggered.connect(self.plot.reset_view)
        self.plot.menu.addActions([reset, *self._actions])
        self._reset.clicked.connect(self.plot.reset_view)
        self.plot.readout_changed.connect(self.readout.setText)
        self.plot.look_changed.connect(self._draw)
        self.transform.activated.connect(lambda: self._spectra.set_kind(self.transform.currentData()))
        self.legend.selected.connect(self._draw)
        self._spectra.hover_changed.connect(self._draw_hover)
        self._spectra.changed.connect(self._draw)
        self._spectra.saved.connect(self._on_saved)
        self._session.current_changed.connect(self._on_current)

    def copy(self) -> None:
        """Put the spectra shown on the clipboard as tab-separated text."""
        QGuiApplication.clipboard().setText(self._spectra.table_text())
        self.notice.emit(f"{_counted(len(self._spectra.shown))} copied")

    def _on_saved(self, path: Path, count: int) -> None:
        self.notice.emit(f"{_counted(count)} saved to {path.name}")

    def _ask_path(self, kind: str, suffix: str) -> None:
        cube = self._session.cube
        if cube is None:
            return
        folder = Path.home() if cube.path is None else cube.path.parent
        start = folder / f"{Path(cube.name).stem}_spectra{suffix}"
        chosen, _ = QFileDialog.getSaveFileName(self, "Save spectra", str(start), kind)
        if chosen:
            self._spectra.save(Path(chosen).with_suffix(suffix))

    def _on_current(self) -> None:
        self._cube = cube = self._session.cube
        self.plot.set_axis(None if cube is None else BandAxis.of(cube))
        self.marks.refresh()
        with QSignalBlocker(self.transform):
            self.transform.clear()
            for kind in self._spectra.kinds:
                self.transform.addItem(self._title(kind), kind)
        self.transform.setEnabled(cube is not None)
        self._draw()

    def _title(self, kind: str) -> str:
        """Return a transform in the words of the cube's quantity."""
        quantity = "value" if self._session.cube is None else self._session.cube.quantity
        scaled = "Reflectance" in self._spectra.kinds
        if kind == "Reflectance":
            return "Scaled value" if quantity == "value" else quantity.capitalize()
        if kind == "Values":
            return "Value (stored)" if scaled else quantity.capitalize()
        return kind

    def _axis_title(self, kind: str) -> str:
        match kind:
            case "Continuum removed":
                return "Of continuum"
            case "First derivative":
                axis = self.plot.band_axis
                per = "nm" if axis is None or axis.has_wavelengths else "band"
                scaled = "Reflectance" in self._spectra.kinds
                return f"{kind} ({'stored value ' if scaled else ''}per {per})"
        return self._title(kind)

    def _draw(self) -> None:
        if self._session.cube is not self._cube:
            return  # the axis is still that of the cube before
        axis, kind = self.plot.band_axis, self._spectra.kind
        if axis is not None:
            self.plot.curves.show_entries(self._spectra.shown, axis, self.legend.selected_key)
        self.transform.setCurrentIndex(self.transform.findData(kind))
        self.plot.set_quantity(self._axis_title(kind))
        self.plot.hint.say(self._hint())
        self.plot.fit()
        self._legend_column.setVisible(bool(self._spectra.entries))
        for action in self._actions:
            action.setEnabled(bool(self._spectra.shown))
        self._export.setEnabled(bool(self._spectra.shown))

    def _draw_hover(self, curve: Curve | None) -> None:
        self.plot.curves.show_hover(curve, self.plot.band_axis)
        self.plot.hint.say(self._hint())
        self.plot.fit(grow_only=curve is not None)

    def _hint(self) -> str:
        if self._session.cube is None or self._spectra.shown or self.plot.curves.hovered is not None:
            return ""
        return _NO_SNR if self._spectra.kind == "SNR" else _NOTHING


def _counted(count: int) -> str:
    return "1 spectrum" if count == 1 else f"{count} spectra"
