"""The Scatter tab: pixels in a plane, a lasso that selects them, and a button that paints them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from hsi_studio.app.catalogue import IndexCatalogue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.scatter_model import ScatterModel
from hsi_studio.core.scatter import IndexValue, axis_titles
from hsi_studio.gui.highlight import Highlight
from hsi_studio.gui.scatter_axes import AxisChoice
from hsi_studio.gui.scatter_plot import ScatterPlot
from hsi_studio.gui.swatches import swatch
from hsi_studio.gui.widgets import muted, named, one_line, quiet_button, shortened

_LEAST_WIDTH, _WIDEST_NAME = 64, 140
_KINDS = {"all": "All pixels", "labelled": "Labelled pixels"}
_READING = "Reading pixels…"
_UNLABELLED = "No pixel of this cube is labelled yet."
_INVALID = "No pixel has a value on both axes."


class ScatterPanel(QWidget):
    """Scatter plot of the current cube.

    Parameters
    ----------
    model : ScatterModel
        What is plotted and selected; awake while the panel is in sight.
    labelling : Labelling
        Tells the active class.
    catalogue : IndexCatalogue
        Tells the spectral indices that can be an axis.
    plot : ScatterPlot
        Where; the panel takes it.
    """

    highlighted = Signal(object)
    """The `Highlight` to show over the image, or None."""

    def __init__(
        self,
        model: ScatterModel,
        labelling: Labelling,
        catalogue: IndexCatalogue,
        plot: ScatterPlot,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._labelling, self._catalogue = model, labelling, catalogue
        self.plot = plot
        self.horizontal, self.vertical = AxisChoice("Horizontal axis"), AxisChoice("Vertical axis")
        self.kind = named(QComboBox(), "Pixels to plot")
        self.readout = one_line()
        self.paint_button = named(QPushButton(), "Paint the selected pixels")
        self._clear = quiet_button("x", "Select nothing (Esc)")
        self._reset = quiet_button("arrows-out-line-horizontal", "Show all points (double-click)")
        self._lay_out()
        self._connect()
        self._on_axes()
        self._on_chosen()

    def _lay_out(self) -> None:
        for kind, text in _KINDS.items():
            self.kind.addItem(text, kind)
        self.paint_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.paint_button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for wide in (self.horizontal, self.vertical, self.kind, self.paint_button):
            wide.setMinimumWidth(_LEAST_WIDTH)
        self.readout.setProperty("muted", True)
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget in (self.horizontal, muted("×"), self.vertical, self.kind):
            row.addWidget(widget)
        row.addWidget(self.readout, 1)
        for last in (self.paint_button, self._clear, self._reset):
            row.addWidget(last)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.plot, 1)

    def _connect(self) -> None:
        model, plot = self._model, self.plot
        for choice in (self.horizontal, self.vertical):
            choice.chosen.connect(self._choose_axes)
            choice.approached.connect(self._catalogue.look_up)
        self.kind.activated.connect(lambda: model.set_kind(self.kind.currentData()))
        self.paint_button.clicked.connect(model.label)
        self._clear.clicked.connect(model.clear)
        self._reset.clicked.connect(plot.reset_view)
        plot.view_changed.connect(model.set_view)
        plot.lassoed.connect(lambda lasso, anew: model.select(lasso, anew=anew))
        plot.cleared.connect(model.clear)
        plot.pointed.connect(self._read)
        model.axes_changed.connect(self._on_axes)
        model.sampled.connect(self._on_sample)
        model.drawn.connect(plot.show_picture)
        model.chosen_changed.connect(self._on_chosen)
        for changed in (
            self._labelling.active_changed, self._labelling.classes_changed, self._labelling.kept_changed
        ):  # fmt: skip
            changed.connect(self._offer_painting)
        self._catalogue.changed.connect(self._fill_axes)

    def stop(self) -> None:
        """End the thread of the plot."""
        self._model.stop()

    def set_awake(self, awake: bool) -> None:
        """Begin to compute and to mark the selected pixels on the image, or stop doing so."""
        self._model.set_awake(awake)
        self._on_chosen()

    def _choose_axes(self) -> None:
        self._model.set_axes(self.horizontal.axis, self.vertical.axis)

    def _on_axes(self) -> None:
        question = self._model.question
        self.plot.set_home(None)
        self.plot.hint.say(_READING if question is not None else "")
        self.readout.setText("")
        if question is None:
            return
        if any(isinstance(axis, IndexValue) for axis in question.axes):
            self._catalogue.look_up()
        self._fill_axes()
        self.plot.set_titles(*axis_titles(question.cube, question.axes))
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(self.kind.findData(question.kind))

    def _fill_axes(self) -> None:
        question = self._model.question
        if question is not None:
            for choice, axis in zip((self.horizontal, self.vertical), question.axes, strict=True):
                choice.fill(question.cube, self._catalogue.indices, axis)

    def _on_sample(self) -> None:
        sample = self._model.sample
        if sample is None:
            return
        self.plot.hint.say("" if len(sample.points) else self._why_empty())
        self.plot.set_home(sample.home, len(sample.points))
        self._read(None)

    def _why_empty(self) -> str:
        return _UNLABELLED if self._model.kind == "labelled" else _INVALID

    def _read(self, point: tuple[float, float] | None) -> None:
        told = "" if self._model.sample is None else self._told()
        self.readout.setText(told if point is None else f"{point[0]:.4g} × {point[1]:.4g}")
        self.readout.setToolTip(told)

    def _told(self) -> str:
        """Return how many pixels are plotted and selected."""
        sample, chosen = self._model.sample, self._model.chosen
        assert sample is not None
        if chosen is None:
            sampled = "" if sample.step == 1 else f", every {_ordinal(sample.step)} row and column"
            return f"{_grouped(len(sample.points))} pixels{sampled}"
        if not chosen.exact:
            return f"about {_grouped(chosen.count)} selected"
        return f"{_grouped(chosen.count)} selected"

    def _on_chosen(self) -> None:
        chosen = self._model.chosen
        self.plot.show_lassos(self._model.lassos)
        self._read(None)
        self._clear.setVisible(bool(self._model.lassos))
        self._offer_painting()
        shown = None if chosen is None else Highlight.of(chosen.window, chosen.mask, chosen.step)
        self.highlighted.emit(shown if self._model.awake else None)

    def _offer_painting(self) -> None:
        labelling, chosen = self._labelling, self._model.chosen
        active = next((entry for entry in labelling.classes if entry.id == labelling.active), None)
        name = "" if active is None else shortened(active.name, self.paint_button, _WIDEST_NAME)
        self.paint_button.setText("Paint" if active is None else f" Paint as {name}")
        self.paint_button.setIcon(QIcon() if active is None else swatch(active.color))
        self.paint_button.setEnabled(
            active is not None and chosen is not None and chosen.count > 0 and not labelling.refusal
        )
        self.paint_button.setToolTip(self._why_not(active is None))

    def _why_not(self, no_class: bool) -> str:
        if self._labelling.refusal:
            return self._labelling.refusal
        if no_class:
            return "Add a class first"
        return "Give the selected pixels the active class where tools may paint; one undo takes it back"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _ordinal(number: int) -> str:
    return {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
