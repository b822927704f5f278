"""Menu bar, toolbar and context menus, from the action table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from hsi_studio.core.presets import presets
from hsi_studio.core.view import SpectralIndex
from hsi_studio.gui import action_table as table
from hsi_studio.gui.actions import shown
from hsi_studio.gui.command_palette import Command
from hsi_studio.gui.project_commands import is_project
from hsi_studio.gui.tool_bar import ToolBar
from hsi_studio.gui.widgets import set_icon

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_MENUS = (
    ("&File", table.FILE_MENU),
    ("&Edit", table.EDIT_MENU),
    ("&View", table.VIEW_MENU),
    ("&Tools", table.TOOLS_MENU),
    ("&Labels", table.LABELS_MENU),
    ("&Model", table.MODEL_MENU),
    ("&Help", table.HELP_MENU),
)


class Menus:
    """Builds the window's menus; those that list files, composites and panels are filled when they open."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._submenus = {
            "recent": self._submenu("Open recent", self._fill_recent),
            "recent_projects": self._submenu("Recent projects", self._fill_projects),
            "composites": self._submenu("Composite", self._fill_composites),
            "panels": self._submenu("Panels", self._fill_panels),
            "theme": window.commands.menu("Theme", table.THEME_MENU, window),
        }
        for title, keys in _MENUS:
            self._build(title, keys)
        self.labels = window.commands.menu("Class table and labels", table.LABELS_MENU, window)
        self.labels.aboutToShow.connect(window.commands.refresh)
        self.toolbar = self._build_toolbar()
        self.search = self._build_search()

    def context(self, place: QPoint) -> None:
        """Show what can be done with the current cube at a place of the screen."""
        menu = self._window.commands.menu("Cube", table.CUBE_MENU, self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def palette_commands(self) -> list[Command]:
        """Return everything that the palette offers now."""
        commands = self._window.commands
        listed = [
            Command(f"{group}: {row.text}", shown(commands[row.key].shortcut()), commands[row.key].trigger)
            for group, rows in table.GROUPS.items()
            for row in rows
            if commands[row.key].isEnabled() and row.key != "help.palette"
        ]
        return [*listed, *self._composite_commands(), *self._panel_commands(), *self._recent_commands()]

    def _composite_commands(self) -> list[Command]:
        show, cube = self._window.views.show_composite, self._window.session.cube
        offered = {} if cube is None else presets(cube)
        return [
            *(Command(f"Composite: {name}", "", partial(show, item)) for name, item in offered.items()),
            *(
                Command(f"Index: {i.name}, {i.long_name}", "", partial(show, SpectralIndex(i.name)))
                for i in self._window.catalogue.indices
            ),
        ]

    def _panel_commands(self) -> list[Command]:
        docks = self._window.docks
        return [Command(f"Panel: {d.windowTitle()}", "", partial(docks.toggle, d)) for d in docks.all]

    def _recent_commands(self) -> list[Command]:
        opened = self._window.files.open_paths
        return [
            Command(f"Recent: {Path(path).name}", str(Path(path).parent), partial(opened, [path]))
            for path in self._window.settings.recent
        ]

    def _build(self, title: str, keys: Sequence[str]) -> None:
        menu = self._window.menuBar().addMenu(title)
        for key in keys:
            if key in self._submenus:
                menu.addMenu(self._submenus[key])
            else:
                self._window.commands.fill(menu, (key,))
        menu.aboutToShow.connect(self._window.commands.refresh)

    def _submenu(self, title: str, fill: Callable[[QMenu], None]) -> QMenu:
        menu = QMenu(title, self._window)
        menu.aboutToShow.connect(partial(fill, menu))
        return menu

    def _build_toolbar(self) -> ToolBar:
        bar = ToolBar(self._window.commands, table.TOOLBAR, self._window)
        self._window.addToolBar(bar)
        return bar

    def _build_search(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("search")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName("Search commands")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_icon(button, "magnifying-glass")
        button.clicked.connect(self._window.helping.show_palette)
        self._window.menuBar().setCornerWidget(button)
        return button

    def refresh_keys(self) -> None:
        """Show the palette's keys on the button that opens it."""
        self.toolbar.fit()
        self.search.setText(f"Search commands   {shown(self._window.commands['help.palette'].shortcut())}")

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path in self._window.settings.recent:
            action = menu.addAction(path, partial(self._window.files.open_paths, [path]))
            action.setEnabled(path not in self._window.recents.missing)
        menu.addSeparator()
        menu.addAction("Clear the list", self._window.recents.clear).setEnabled(not menu.isEmpty())

    def _fill_projects(self, menu: QMenu) -> None:
        menu.clear()
        for path in map(Path, self._window.settings.recent):
            if is_project(path):
                action = menu.addAction(path.name, partial(self._window.projects.open_path, path))
                action.setEnabled(str(path) not in self._window.recents.missing)
        if menu.isEmpty():
            menu.addAction("No project was opened yet").setEnabled(False)

    def _fill_composites(self, menu: QMenu) -> None:
        menu.clear()
        session = self._window.session
        if session.cube is None or session.view is None:
            menu.addAction("No cube is open").setEnabled(False)
            return
        for name, composite in presets(session.cube).items():
            action = QAction(name, menu, checkable=True, checked=composite == session.view.composite)
            action.triggered.connect(partial(self._window.views.show_composite, composite))
            menu.addAction(action)

    def _fill_panels(self, menu: QMenu) -> None:
        menu.clear()
        menu.addActions([dock.toggleViewAction() for dock in self._window.docks.all])
