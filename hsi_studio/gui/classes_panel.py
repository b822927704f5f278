"""The panel of the class table."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.class_spectra import ClassSpectraService
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.legend import LegendService
from hsi_studio.gui.class_commands import ClassCommands, others
from hsi_studio.gui.classes_model import ClassModel
from hsi_studio.gui.classes_view import ClassView
from hsi_studio.gui.swatches import swatch
from hsi_studio.gui.widgets import muted, quiet_button, section

_WIDTH = 350


class ClassesPanel(QWidget):
    """Class table with a row per class; `below` holds what belongs to the active class."""

    def __init__(
        self,
        labelling: Labelling,
        services: tuple[ClassSpectraService, LegendService],
        commands: ClassCommands,
        menu: QMenu,
    ) -> None:
        super().__init__()
        self._labelling, self._commands = labelling, commands
        self.model = ClassModel(labelling, services[1])
        self.view = ClassView(labelling, self.model, services[0])
        self.pages = QStackedWidget()
        self.empty = _EmptyPage(commands)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.view)
        self.below = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 4, 8)
        column.setSpacing(4)
        column.addLayout(self._heading(menu))
        column.addWidget(self.pages, 1)
        column.addLayout(self.below)
        self._connect()
        self._show_page()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, 400)

    def _heading(self, menu: QMenu) -> QHBoxLayout:
        self.add = quiet_button("plus", "Add class")
        self.add.clicked.connect(self._commands.add)
        self.more = quiet_button("dots-three", "Class table and labels: load, save, import, export")
        self.more.setMenu(menu)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.more.setPopupMode(self.more.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(section("Classes"), 1)
        row.addWidget(self.add)
        row.addWidget(self.more)
        return row

    def _connect(self) -> None:
        commands, view = self._commands, self.view
        self._labelling.classes_changed.connect(self._show_page)
        self.model.rename_wanted.connect(commands.rename)
        self.model.move_wanted.connect(commands.move)
        view.eye_clicked.connect(commands.toggle_visible)
        view.lock_clicked.connect(commands.toggle_locked)
        view.colour_wanted.connect(commands.ask_colour)
        view.delete_wanted.connect(commands.delete)
        view.step_wanted.connect(commands.step)
        view.menu_wanted.connect(self._open_menu)
        commands.added.connect(view.edit_name)

    def _show_page(self) -> None:
        there = bool(len(self._labelling.classes))
        self.pages.setCurrentWidget(self.view if there else self.empty)
        # What the rows do not need goes to the description.
        vertical = QSizePolicy.Policy.Maximum if there else QSizePolicy.Policy.Expanding
        self.pages.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)

    def _open_menu(self, id: int, place: QPoint) -> None:
        menu = self.menu_of(id)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def menu_of(self, id: int) -> QMenu:
        """Return the menu of a class; keys in it tell what works in the list."""
        commands, entry = self._commands, self._labelling.classes[id]
        menu = QMenu(entry.name, self)
        _action(menu, "Rename", partial(self.view.edit_name, id), "F2")
        _action(menu, "Colour…", partial(commands.ask_colour, id))
        _action(menu, "Hide labels" if entry.visible else "Show labels", partial(commands.toggle_visible, id))
        _action(menu, "Unlock labels" if entry.locked else "Lock labels", partial(commands.toggle_locked, id))
        menu.addSeparator()
        _action(menu, "Move up", partial(commands.step, id, -1), "Alt+Up")
        _action(menu, "Move down", partial(commands.step, id, 1), "Alt+Down")
        menu.addSeparator()
        merge = menu.addMenu("Merge into")
        for other in others(self._labelling.classes, id):
            _action(merge, other.name, partial(commands.merge, id, other.id)).setIcon(swatch(other.color))
        merge.setEnabled(not entry.locked and not merge.isEmpty())
        has_labels = bool(self._labelling.total_counts.get(id))
        _action(menu, "Clear labels…", partial(commands.clear, id)).setEnabled(
            has_labels and not entry.locked
        )
        _action(menu, "Delete…", partial(commands.delete, id), "Del").setEnabled(not entry.locked)
        return menu


class _EmptyPage(QWidget):
    def __init__(self, commands: ClassCommands) -> None:
        super().__init__()
        text = muted("A class is what you label pixels with: a name, a colour, a description in plain words.")
        self.add, self.load = QPushButton("Add class"), QPushButton("Load classes…")
        self.add.clicked.connect(commands.add)
        self.load.clicked.connect(commands.ask_load)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 8, 0)
        column.setSpacing(8)
        column.addWidget(text)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.load)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)


def _action(menu: QMenu, text: str, run: partial[None], key: str = "") -> QAction:
    action = menu.addAction(text, run)
    if key:
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    return action
