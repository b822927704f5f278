"""The panels with plots: their libraries take a third of the start, so the window comes first."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from hsi_studio.gui.confusion_panel import ConfusionPanel
    from hsi_studio.gui.main_window import MainWindow
    from hsi_studio.gui.scatter_panel import ScatterPanel
    from hsi_studio.gui.spectrum_panel import SpectrumPanel
    from hsi_studio.gui.view_panel import ViewPanel

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
        self._filled: set[str] = set()
        self._later = QTimer(self, interval=_FILL_AFTER_MS, singleShot=True)
        self._later.timeout.connect(self._fill_next)
        self._later.start()

    @cached_property
    def view(self) -> ViewPanel:
        """The panel of composite and stretch."""
        from hsi_studio.gui.view_panel import ViewPanel

        panel = ViewPanel(self._window.session)
        panel.failed.connect(lambda error: self._window.toaster.tell_error("Preparing the view", error))
        return panel

    @cached_property
    def spectrum(self) -> SpectrumPanel:
        """The panel of the spectrum plot."""
        from hsi_studio.gui.spectrum_panel import SpectrumPanel

        panel = SpectrumPanel(self._window.session, self._window.spectra)
        panel.notice.connect(self._tell)
        return panel

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
        panel = ScatterPanel(model, window.labelling, window.catalogue)
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
        """Put the panels where they belong, one whenever the window has nothing else to do."""
        if len(self._filled) < len(_DOCKS):
            self._later.start(0)

    def _fill_next(self) -> None:
        module = next((module for module in _MODULES if module not in sys.modules), "")
        title = next((title for title in _DOCKS if title not in self._filled), "")
        if module:
            import_module(module)
        elif title:
            self._filled.add(title)
            self._window.docks[title].fill(_DOCKS[title](self))
        else:
            self.filled.emit()
            return
        self._later.start(0)

    def cancel(self) -> None:
        """Build no panel any more."""
        self._later.stop()

    def stop(self) -> None:
        """End the threads of the panels that were built."""
        for name in ("view", "scatter", "confusion"):
            if name in self.__dict__:
                getattr(self, name).stop()

    def _tell(self, text: str) -> None:
        self._window.toaster.tell(text, "good")


_DOCKS: dict[str, Callable[[PlotPanels], QWidget]] = {
    "View": lambda panels: panels.view,
    "Spectra": lambda panels: panels.spectrum,
    "Scatter": lambda panels: panels.scatter,
    "Confusion": lambda panels: panels.confusion,
}
_MODULES = (
    "numpy.ma",  # NumPy's median and unique import it when they are first used, in whichever click that is
    "hsi_studio.gui.view_panel",
    "hsi_studio.gui.spectrum_panel",
    "hsi_studio.gui.scatter_panel",
    "hsi_studio.gui.confusion_panel",
)
"""What is loaded before the panels are built."""
