"""What the View and Tools menus do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from hsi_studio.app.view_edit import with_composite
from hsi_studio.core.view import Composite

if TYPE_CHECKING:
    from hsi_studio.app.settings import ThemeMode
    from hsi_studio.gui.main_window import MainWindow

_ZOOM_STEP = 1.5
_OPACITY_STEP = 0.1


class ViewCommands(QObject):
    """Changes how the current cube is shown."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session

    def zoom_in(self) -> None:
        """Zoom in about the middle."""
        self._window.canvas.zoom_to(self._window.canvas.zoom * _ZOOM_STEP)

    def zoom_out(self) -> None:
        """Zoom out about the middle."""
        self._window.canvas.zoom_to(self._window.canvas.zoom / _ZOOM_STEP)

    def show_composite(self, composite: Composite) -> None:
        """Show a preset or an index."""
        if self._session.view is not None:
            self._session.set_view(with_composite(self._session.view, composite))

    def toggle_labels(self) -> None:
        """Hide all layers over the image, or show them all when none is shown."""
        current = self._session.current
        if current is not None:
            visible = not self.labels_visible
            self._session.set_layers(tuple(replace(layer, visible=visible) for layer in current.layers))

    @property
    def labels_visible(self) -> bool:
        """Whether a layer over the image is shown."""
        current = self._session.current
        return current is not None and any(layer.visible for layer in current.layers)

    def fade_layers(self, sign: int) -> None:
        """Make all layers over the image more (1) or less (-1) opaque."""
        current = self._session.current
        if current is not None:
            change = sign * _OPACITY_STEP
            self._session.set_layers(
                tuple(
                    replace(layer, opacity=round(min(1.0, max(0.0, layer.opacity + change)), 2))
                    for layer in current.layers
                )
            )

    def toggle_image(self) -> None:
        """Show or hide the picture under the layers."""
        current = self._session.current
        if current is not None:
            self._session.set_image_visible(not current.image_visible)

    def hold_bare(self) -> None:
        """Show the bare image until the key is released or a mouse button is pressed."""
        self._window.canvas.set_bare(True)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def copy_view(self) -> None:
        """Copy what the canvas shows to the clipboard."""
        QGuiApplication.clipboard().setImage(self._window.canvas.grab_view())
        self._window.toaster.tell("The view is on the clipboard.", "good")

    def set_theme(self, mode: ThemeMode) -> None:
        """Choose the theme."""
        self._window.settings.theme = mode
        self._window.theme.set_mode(mode)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if _ends_hold(event):
            self._window.canvas.set_bare(False)
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        return super().eventFilter(watched, event)


def _ends_hold(event: QEvent) -> bool:
    if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
        return not event.isAutoRepeat() and event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.WindowDeactivate)
