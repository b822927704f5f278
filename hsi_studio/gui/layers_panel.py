"""The open cubes, and the layers of the current one with eye and opacity."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.session import Session
from hsi_studio.core.facts import summary
from hsi_studio.gui.rich_list import SECOND_LINE, RichDelegate
from hsi_studio.gui.widgets import named, quiet_button, set_icon

_MOST_ROWS_SHOWN = 5


class CubesList(QListWidget):
    """Open cubes; the selected one is the current one of the session."""

    menu_wanted = Signal(QPoint)
    """A context menu for the current cube, at this place of the screen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setAccessibleName("Open cubes")
        self.setItemDelegate(RichDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.currentRowChanged.connect(self._select)
        session.cubes_changed.connect(self._fill)
        session.current_changed.connect(self._mark_current)
        self._fill()

    def _fill(self) -> None:
        self.blockSignals(True)
        self.clear()
        for opened in self._session.cubes:
            item = QListWidgetItem(opened.cube.name, self)
            item.setData(SECOND_LINE, summary(opened.cube))
            item.setToolTip(str(opened.cube.path or opened.cube.name))
        self._mark_current()
        self.blockSignals(False)
        rows = min(max(1, self.count()), _MOST_ROWS_SHOWN)
        self.setFixedHeight(rows * max(self.sizeHintForRow(0), 28) + 2)

    def _mark_current(self) -> None:
        current = self._session.current
        self.setCurrentRow(-1 if current is None else self._session.cubes.index(current))

    def _select(self, row: int) -> None:
        self._session.select(row)

    def _ask_for_menu(self, position: QPoint) -> None:
        if self.itemAt(position) is not None:
            self.menu_wanted.emit(self.viewport().mapToGlobal(position))


class LayersList(QWidget):
    """Layers of the current cube, the topmost first, and the image under them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 0, 8, 8)
        self._column.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.rows: list[LayerRow] = []
        session.current_changed.connect(self.refresh)
        session.layers_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's layers; rows are kept while only their state changes, so a drag goes on."""
        opened = self._session.current
        names = [] if opened is None else [*(layer.raster.name for layer in reversed(opened.layers)), "Image"]
        if names != [row.name for row in self.rows]:
            self._rebuild(names)
        if opened is not None:
            for row, layer in zip(self.rows, reversed(opened.layers), strict=False):
                row.show_state(layer.visible, layer.opacity)
            self.rows[-1].show_state(opened.image_visible, 1.0)

    def _rebuild(self, names: list[str]) -> None:
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [LayerRow(name, fades=i < len(names) - 1) for i, name in enumerate(names)]
        for i, row in enumerate(self.rows):
            self._column.addWidget(row)
            index = len(names) - 2 - i
            row.eye.toggled.connect(
                self._session.set_image_visible if index < 0 else partial(self._show, index)
            )
            row.opacity.valueChanged.connect(partial(self._fade, index))
            row.removed.connect(partial(self._remove, index))

    def _show(self, index: int, visible: bool) -> None:
        self._session.update_layer(index, visible=visible)

    def _fade(self, index: int, percent: int) -> None:
        self._session.update_layer(index, opacity=percent / 100)

    def _remove(self, index: int) -> None:
        if self._session.current is not None:
            kept = self._session.current.layers
            self._session.set_layers((*kept[:index], *kept[index + 1 :]))


class LayerRow(QWidget):
    """Eye, name and opacity of one layer."""

    removed = Signal()
    """The layer is to go."""

    def __init__(self, name: str, *, fades: bool) -> None:
        super().__init__()
        self.name = name
        self.eye = quiet_button("", f"Show {name}")
        self.eye.setCheckable(True)
        self.opacity = named(QSlider(Qt.Orientation.Horizontal), f"Opacity of {name}")
        self.opacity.setMaximum(100)
        self.opacity.setFixedWidth(72)
        label = QLabel(name)
        label.setMinimumWidth(40)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.eye)
        row.addWidget(label, 1)
        row.addWidget(self.opacity)
        self.opacity.setHidden(not fades)
        if fades:
            self._add_remove()

    def _add_remove(self) -> None:
        remove = QAction("Remove layer", self)
        remove.setShortcut(QKeySequence.StandardKey.Delete)
        remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        remove.triggered.connect(self.removed)
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
