"""Help, the command palette, key bindings, and what the program says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsi_studio.gui.actions import shown
from hsi_studio.gui.command_palette import CommandPalette

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class HelpCommands:
    """What the help menu of the main window does."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def show_help(self) -> None:
        """Show the help panel."""
        self._window.docks.show("Help")
        self._window.help.setFocus()

    def show_palette(self) -> None:
        """Show the command palette."""
        window = self._window
        window.commands.refresh()
        palette = CommandPalette(window.menus.palette_commands, window)
        window.catalogue.changed.connect(palette.refresh)
        window.catalogue.look_up()
        palette.show()

    def show_shortcuts(self) -> None:
        """Show the dialog of key bindings."""
        from hsi_studio.gui.shortcuts_dialog import ShortcutsDialog

        dialog = ShortcutsDialog(self._window, self._window.settings.shortcuts)
        dialog.chosen.connect(self.set_shortcuts)
        dialog.open()

    def show_about(self) -> None:
        """Show versions."""
        from hsi_studio.gui.about_dialog import AboutDialog

        AboutDialog(self._window).open()

    def set_shortcuts(self, changed: dict[str, str]) -> None:
        """Use other keys from now on; `changed` holds those that are not the usual ones."""
        self._window.settings.shortcuts = changed
        self.bind_keys()
        self._window.save_settings()

    def bind_keys(self) -> None:
        """Bind the keys of the settings and tell them wherever keys are told."""
        window = self._window
        window.commands.set_shortcuts(window.settings.shortcuts)
        window.menus.refresh_keys()
        keys = [shown(window.commands[key].shortcut()) for key in ("help.palette", "help.show")]
        window.start_page.set_keys(*keys)
