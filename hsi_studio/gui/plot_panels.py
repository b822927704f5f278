"""The panels with plots: their libraries take a third of the start, so the window comes first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.view_service import ViewService
from hsi_studio.gui.turns import Turns

if TYPE_CHECKING:
    from hsi_studio.gui.confusion_panel import ConfusionPanel
    from hsi_studio.gui.main_window import MainWindow
    from hsi_studio.gui.scatter_panel import ScatterPanel
    from hsi_studio.gui.scatter_plot import ScatterPlot
    from hsi_studio.gui.spectrum_bands import BandMarks
    from hsi_studio.gui.spectrum_panel import SpectrumPanel
    from hsi_studio.gui.spectrum_plot import SpectrumPlot
    from hsi_studio.gui.view_panel import ViewPanel
    from hsi_studio.gui.view_panel_index import IndexEditor
    from hsi_studio.gui.view_panel_stretch import StretchEditor

_FILL_AFTER_MS = 250


class PlotPanels(QObject):
    """Builds the panels when they are asked for first, at the latest a moment after the start.

    One at a time: together they would hold the window up for a quarter of a second.
    """

    filled = Signal()
    """Every panel has been built."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._turns = Turns(self)
        self._turns.begin(self._fill(), _FILL_AFTER_MS)

    @cached_property
    def view_service(self) -> ViewService:
        """What computes for the view panel."""
        return ViewService(self)

    @cached_property
    def index(self) -> IndexEditor:
        """The view panel's choice of a spectral index."""
        from hsi_studio.gui.view_panel_index import IndexEditor

        return IndexEditor(self._window.session, self.view_service)

    @cached_property
    def stretch(self) -> StretchEditor:
        """The view panel's stretch."""
        from hsi_studio.gui.view_panel_stretch import StretchEditor

        return StretchEditor(self._window.session, self.view_service)

    @cached_property
    def view(self) -> ViewPanel:
        """The panel of composite and stretch."""
        from hsi_studio.gui.view_panel import ViewPanel

        panel = ViewPanel(self._window.session, self.index, self.stretch)
        panel.failed.connect(lambda error: self._window.toaster.tell_error("Preparing the view", error))
        return panel

    @cached_property
    def spectrum_plot(self) -> SpectrumPlot:
        """The spectrum plot without its panel."""
        from hsi_studio.gui.spectrum_plot import SpectrumPlot

        return SpectrumPlot(self._window)  # which ends it, should there be no panel any more

    @cached_property
    def band_marks(self) -> BandMarks:
        """The composite on the spectrum plot."""
        from hsi_studio.gui.spectrum_bands import BandMarks

        return BandMarks(self._window.session, self.spectrum_plot)

    @cached_property
    def spectrum(self) -> SpectrumPanel:
        """The panel of the spectrum plot."""
        from hsi_studio.gui.spectrum_panel import SpectrumPanel

        panel = SpectrumPanel(self._window.session, self._window.spectra, self.band_marks)
        panel.notice.connect(self._tell)
        return panel

    @cached_property
    def scatter_plot(self) -> ScatterPlot:
        """The scatter plot without its panel."""
        from hsi_studio.gui.scatter_plot import ScatterPlot

        return ScatterPlot(self._window)

    @cached_property
    def scatter(self) -> ScatterPanel:
        """The panel of the scatter plot."""
        from hsi_studio.app.scatter_model import ScatterModel
        from hsi_studio.gui.highlight import Highlighter
        from hsi_studio.gui.scatter_panel import ScatterPanel

        window = self._window
        model = ScatterModel(window.session, window.labelling, window.jobs, window)
        tools = window.desk.tools
        model.rule = lambda: tools.easel.rule(tools.options.now)
        panel = ScatterPanel(model, window.labelling, window.catalogue, self.scatter_plot)
        panel.highlighted.connect(Highlighter(window.canvas, model).show)
        window.spectra.regions_changed.connect(partial(model.set_regions, "spectra"))
        model.notice.connect(self._tell)
        model.failed.connect(lambda error: window.toaster.tell_error("Drawing the scatter plot", error))
        return panel

    @cached_property
    def confusion(self) -> ConfusionPanel:
        """The panel of the confusion matrix."""
        from hsi_studio.app.comparison import Comparator
        from hsi_studio.gui.confusion_panel import ConfusionPanel

        window = self._window
        comparator = Comparator(window.session, window.labelling, window)
        comparator.failed.connect(lambda error: window.toaster.tell_error("Comparing with the truth", error))
        panel = ConfusionPanel(comparator)
        panel.highlighted.connect(window.canvas.set_highlight)
        return panel

    def fill_docks(self) -> None:
        """Put the panels where they belong, from now on whenever the window has nothing else to do."""
        if self._turns.isActive():
            self._turns.start(0)

    def _fill(self) -> Iterator[None]:
        for module in _MODULES:
            if module not in sys.modules:
                import_module(module)
                yield
        for title, parts in _DOCKS.items():
            for part in parts:
                getattr(self, part)
                yield
            self._window.docks[title].fill(getattr(self, parts[-1]))
            yield
        self.filled.emit()

    def cancel(self) -> None:
        """Build no panel any more."""
        self._turns.stop()

    def stop(self) -> None:
        """End the threads of the panels that were built."""
        for name in ("view_service", "scatter", "confusion"):
            if name in self.__dict__:
                getattr(self, name).stop()

    def _tell(self, text: str) -> None:
        self._window.toaster.tell(text, "good")


_DOCKS = {
    "View": ("index", "stretch", "view"),
    "Spectra": ("spectrum_plot", "band_marks", "spectrum"),
    "Scatter": ("scatter_plot", "scatter"),
    "Confusion": ("confusion",),
}
"""What is built for each dock, one after the other; the last is the panel."""
_MODULES = (
    "hsi_studio.gui.view_panel",
    "cmap",
    "hsi_studio.gui.spectrum_panel",
    "numpy.ma",  # NumPy's median and unique import it when they are first used, in whichever click that is
    "hsi_studio.gui.scatter_panel",
    "hsi_studio.gui.confusion_panel",
)
"""What is loaded before the panels are built."""
