"""Everything about labelling on the canvas, tied to the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hsi_studio.core.window import Window
from hsi_studio.gui.label_layer import LabelLayer
from hsi_studio.gui.label_menu import LabelMenu
from hsi_studio.gui.label_tools import LabelTools
from hsi_studio.gui.tool_options import OptionsBar

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class LabelDesk(QObject):
    """The layer of labels, the tools, and the canvas's context menu."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._session, self._labelling = window.session, window.labelling
        self.layer = LabelLayer(self)
        self.tools = LabelTools(window.labelling, window.session, window.canvas, self)
        self.menu = LabelMenu(window.labelling, window.session, window.canvas, self.tools, self)
        self.bar = OptionsBar(window.labelling, window.session, window.canvas, self.tools.options)
        self._labelling.labels_changed.connect(self._show_labels)
        self._labelling.classes_changed.connect(self._show_classes)
        for signal in (self._session.current_changed, self._session.layers_changed):
            signal.connect(self._show_look)
        window.canvas.tool_changed.connect(lambda _: window.commands.refresh())
        window.canvas.set_label_layer(self.layer)
        for signal in (self.tools.easel.notice, self.menu.notice):
            signal.connect(window.toaster.tell)
        for failed in (self.tools.failed, self.menu.failed):
            failed.connect(lambda error: window.toaster.tell_error("Finding the pixels", error))

    def add_bar(self, window: MainWindow) -> None:
        """Put the options under the toolbar."""
        window.addToolBarBreak()
        window.addToolBar(self.bar)

    def stop(self) -> None:
        """End the threads, after the step in progress."""
        self.layer.stop()
        self.tools.stop()
        self.menu.stop()

    def _show_labels(self, windows: tuple[Window, ...]) -> None:
        self.layer.show_labels(self._labelling.shown, windows)

    def _show_classes(self) -> None:
        self.layer.show_classes(self._labelling.classes)

    def _show_look(self) -> None:
        if self._session.current is not None:
            look = self._session.current.labels
            self.layer.set_shown(look.visible, look.opacity)
