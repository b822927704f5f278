"""What the View and Tools menus do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from hsi_studio.app.session import Layer, OpenCube
from hsi_studio.app.view_edit import with_composite
from hsi_studio.core.scalars import Raster
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
        self._before_hiding: OpenCube | None = None
        window.session.current_changed.connect(self._forget)

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
        """Hide the labels and all layers over the image; show again what was hidden so, or everything."""
        current = self._session.current
        if current is None:
            return
        if self.labels_visible:
            self._before_hiding = current
            self._show_only((), labels=False)
        else:
            before = self._before_hiding
            shown = current.layers if before is None else [one for one in before.layers if one.visible]
            self._show_only([layer.raster for layer in shown], before is None or before.labels.visible)

    def _show_only(self, rasters: Collection[Raster], labels: bool) -> None:
        self._session.set_labels_look(visible=labels)
        self._change_layers(lambda layer: replace(layer, visible=layer.raster in rasters))

    @property
    def labels_visible(self) -> bool:
        """Whether a layer over the image, or a label, is shown."""
        current = self._session.current
        if current is None:
            return False
        labelled = current.labels.visible and bool(self._window.labelling.counts)
        return labelled or any(layer.visible for layer in current.layers)

    def fade_layers(self, sign: int) -> None:
        """Make the labels and all layers over the image more (1) or less (-1) opaque."""
        current = self._session.current
        if current is not None:
            change = sign * _OPACITY_STEP
            self._session.set_labels_look(opacity=_faded(current.labels.opacity, change))
            self._change_layers(lambda layer: replace(layer, opacity=_faded(layer.opacity, change)))

    def _change_layers(self, change: Callable[[Layer], Layer]) -> None:
        if self._session.current is not None:
            self._session.set_layers(tuple(map(change, self._session.current.layers)))

    def _forget(self) -> None:
        self._before_hiding = None

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


def _faded(opacity: float, change: float) -> float:
    return round(min(1.0, max(0.0, opacity + change)), 2)


def _ends_hold(event: QEvent) -> bool:
    if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
        return not event.isAutoRepeat() and event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.WindowDeactivate)
