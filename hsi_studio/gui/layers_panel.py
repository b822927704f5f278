"""The layers of the current cube with eye and opacity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.session import Session
from hsi_studio.gui.wheel_guard import WheelGuard
from hsi_studio.gui.widgets import named, one_line, quiet_button, set_icon

_LEAST_HEIGHT = 176


@dataclass(frozen=True)
class _Entry:
    """A row of the list: what it shows, and what its eye, slider and menu do."""

    name: str
    visible: bool
    opacity: float
    show: Callable[[bool], object]
    fade: Callable[[float], object] | None = None
    remove: Callable[[], object] | None = None


class LayersList(QScrollArea):
    """Layers of the current cube, the topmost first, and the image under them."""

    def __init__(self, session: Session) -> None:
        super().__init__(widgetResizable=True)
        self._session = session
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(4, 0, 8, 8)
        self._column.setSpacing(2)
        self.setWidget(self._content)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._guard = WheelGuard(self)
        self.rows: list[LayerRow] = []
        session.current_changed.connect(self.refresh)
        session.layers_changed.connect(self.refresh)
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """Ask for the height of all rows."""
        return self._content.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Ask for a few rows at the least: many must not make the window higher than the screen."""
        least = self._content.minimumSizeHint()
        return QSize(least.width(), min(least.height(), _LEAST_HEIGHT))

    def refresh(self) -> None:
        """Show the session's layers; rows are kept while only their state changes, so a drag goes on."""
        entries = tuple(self._entries())
        if [entry.name for entry in entries] != [row.name for row in self.rows]:
            self._rebuild(entries)
        for row, entry in zip(self.rows, entries, strict=True):
            row.show_state(entry.visible, entry.opacity)

    def _entries(self) -> Iterator[_Entry]:
        """Yield what the list shows, the topmost first."""
        session, opened = self._session, self._session.current
        if opened is None:
            return
        labels = opened.labels
        yield _Entry(
            "Labels",
            labels.visible,
            labels.opacity,
            lambda visible: session.set_labels_look(visible=visible),
            lambda opacity: session.set_labels_look(opacity=opacity),
        )
        for index, layer in reversed(tuple(enumerate(opened.layers))):
            yield _Entry(
                layer.raster.name,
                layer.visible,
                layer.opacity,
                partial(self._show, index),
                partial(self._fade, index),
                partial(self._remove, index),
            )
        yield _Entry("Image", opened.image_visible, 1.0, session.set_image_visible)

    def _rebuild(self, entries: Sequence[_Entry]) -> None:
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [LayerRow(entry) for entry in entries]
        for row in self.rows:
            self._column.addWidget(row)
            self._guard.watch(row)

    def _show(self, index: int, visible: bool) -> None:
        self._session.update_layer(index, visible=visible)

    def _fade(self, index: int, opacity: float) -> None:
        self._session.update_layer(index, opacity=opacity)

    def _remove(self, index: int) -> None:
        if self._session.current is not None:
            kept = self._session.current.layers
            self._session.set_layers((*kept[:index], *kept[index + 1 :]))


class LayerRow(QWidget):
    """Eye, name and opacity of one layer."""

    def __init__(self, entry: _Entry) -> None:
        super().__init__()
        self.name = name = entry.name
        self.eye = quiet_button("", f"Show {name}")
        self.eye.setCheckable(True)
        self.opacity = named(QSlider(Qt.Orientation.Horizontal), f"Opacity of {name}")
        self.opacity.setMaximum(100)
        self.opacity.setFixedWidth(72)
        label = one_line(name)
        label.setToolTip(name)
        label.setMinimumWidth(40)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.eye)
        row.addWidget(label, 1)
        row.addWidget(self.opacity)
        self.eye.toggled.connect(entry.show)
        self.opacity.setHidden(entry.fade is None)
        if entry.fade is not None:
            fade = entry.fade
            self.opacity.valueChanged.connect(lambda percent: fade(percent / 100))
        if entry.remove is not None:
            self._add_remove(entry.remove)

    def _add_remove(self, run: Callable[[], object]) -> None:
        remove = QAction("Remove layer", self)
        remove.setShortcut(QKeySequence.StandardKey.Delete)
        remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        remove.triggered.connect(lambda _checked: run())
        self.addAction(remove)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def show_state(self, visible: bool, opacity: float) -> None:
        """Show visibility and opacity (0 to 1) without telling anyone."""
        for widget in (self.eye, self.opacity):
            widget.blockSignals(True)
        self.eye.setChecked(visible)
        set_icon(self.eye, "eye" if visible else "eye-slash")
        self.eye.setToolTip(f"Hide {self.name}" if visible else f"Show {self.name}")
        self.opacity.setValue(round(opacity * 100))
        self.opacity.setToolTip(f"Opacity {opacity:.0%}".replace("%", " %"))
        self.opacity.setEnabled(visible)
        for widget in (self.eye, self.opacity):
            widget.blockSignals(False)
