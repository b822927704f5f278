"""The main window: puts the parts together and ties them to the session."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from hsi_studio.app.catalogue import IndexCatalogue
from hsi_studio.app.class_spectra import ClassSpectraService
from hsi_studio.app.jobs import JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.legend import LegendService
from hsi_studio.app.probe import PixelProbe
from hsi_studio.app.project_session import ProjectSession
from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import Session
from hsi_studio.app.settings import Settings
from hsi_studio.app.settings_store import SettingsStore
from hsi_studio.app.spectra_model import SpectraModel
from hsi_studio.gui.action_table import ROWS
from hsi_studio.gui.actions import Actions
from hsi_studio.gui.banner import Banner
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.class_commands import ClassCommands
from hsi_studio.gui.classes_panel import ClassesPanel
from hsi_studio.gui.cubes_list import CubesList
from hsi_studio.gui.docks import Dock, Docks, restore_geometry, saved_geometry
from hsi_studio.gui.drops import Drops
from hsi_studio.gui.file_commands import FileCommands
from hsi_studio.gui.help_commands import HelpCommands
from hsi_studio.gui.help_view import HelpView
from hsi_studio.gui.jobs_panel import JobsPanel
from hsi_studio.gui.label_commands import LabelCommands
from hsi_studio.gui.label_desk import LabelDesk
from hsi_studio.gui.layers_panel import LayersList
from hsi_studio.gui.legend_panel import LegendPanel
from hsi_studio.gui.live_commands import LiveCommands
from hsi_studio.gui.menus import Menus
from hsi_studio.gui.model_commands import ModelCommands
from hsi_studio.gui.notifications import Toaster
from hsi_studio.gui.plot_panels import PlotPanels
from hsi_studio.gui.project_commands import ProjectCommands
from hsi_studio.gui.project_status import ProjectStatus
from hsi_studio.gui.recents import Recents
from hsi_studio.gui.start_page import StartPage
from hsi_studio.gui.status_bar import StatusBar
from hsi_studio.gui.theme import Theme
from hsi_studio.gui.turns import Turns
from hsi_studio.gui.view_commands import ViewCommands
from hsi_studio.gui.widgets import refresh_icons
from hsi_studio.gui.wiring import connect

log = logging.getLogger(__name__)
_FIRST_SIZE = (1440, 960)
_FIRST_SHARE = 0.96
_KEEPING_S = 1.5


class MainWindow(QMainWindow):
    """The program's window.

    Parameters
    ----------
    settings : Settings
        What is remembered; changed here and written to `settings_file` when the window closes.
    theme : Theme
        The application's theme.
    """

    canvas: Canvas
    labelling: Labelling
    plots: PlotPanels
    files: FileCommands
    projects: ProjectCommands
    views: ViewCommands
    models: ModelCommands
    live: LiveCommands
    classes: ClassCommands
    label_files: LabelCommands
    helping: HelpCommands

    def __init__(self, settings: Settings, settings_file: Path, theme: Theme) -> None:
        super().__init__()
        self._quits_anyway = False
        self._turns = Turns(self)
        self.settings = settings
        self.theme = theme
        self._store = SettingsStore(settings_file, self)
        self._store.failed.connect(self._on_unsaved)
        self.session = Session(self)
        self.labelling = Labelling(self.session, self)
        self.class_spectra = ClassSpectraService(self.session, self.labelling, self)
        self.jobs = JobQueue(self)
        self.project = ProjectSession(self.session, self.labelling, self.jobs, self)
        self.pictures = RenderService(self.session, self)
        self.spectra = SpectraModel(self.session, self)
        self.probe = PixelProbe(self.session, self)
        self.legends = LegendService(self.session, self)
        self.catalogue = IndexCatalogue(self.session, self)
        self._build()
        connect(self)
        self._restore()

    def _build(self) -> None:
        self.canvas = Canvas(self.session, self.pictures)
        self.start_page = StartPage()
        self.centre = QStackedWidget()
        self.centre.addWidget(self.start_page)
        self.centre.addWidget(self.canvas)
        self.banner = Banner()
        self.setCentralWidget(_stacked(self.banner, self.centre))
        self.toaster = Toaster(self.centre)
        self.cubes, self.layers = CubesList(self.session), LayersList(self.session)
        self.legend = LegendPanel(self.session, self.legends)
        self.help = HelpView()
        self.docks = Docks(
            self,
            left=(
                Dock("Cubes", self.cubes),
                Dock("Layers", self.layers),
                Dock("View", QWidget(), heading="none"),
                Dock("Model", QWidget(), heading="none"),
            ),
            bottom=(
                Dock("Spectra", QWidget(), heading="none"),
                Dock("Scatter", QWidget(), heading="none"),
                Dock("Confusion", QWidget(), heading="none"),
                Dock("Jobs", JobsPanel(self.jobs), heading="none"),
            ),
            right=(
                Dock("Classes", QWidget(), heading="none", at_start=True),
                Dock("Legend", self.legend),
                Dock("Help", self.help),
            ),
        )
        self.status = StatusBar(self.jobs)
        self.setStatusBar(self.status)
        self.recents = Recents(self)
        self.plots = PlotPanels(self)
        self.drops = Drops(self)
        self.files = FileCommands(self)
        self.projects = ProjectCommands(self)
        self.views = ViewCommands(self)
        self.models = ModelCommands(self)
        self.live = LiveCommands(self)
        self.classes = ClassCommands(self)
        self.label_files = LabelCommands(self)
        self.helping = HelpCommands(self)
        self.desk = LabelDesk(self)
        self.commands = Actions(ROWS, self)
        self.menus = Menus(self)
        self.project_status = ProjectStatus(self)
        services = self.class_spectra, self.legends
        self.class_panel = ClassesPanel(self.labelling, services, self.classes, self.menus.labels)
        self.live.add_panels(self.class_panel)
        self.docks["Model"].fill(self.live.panel)
        self.docks["Classes"].fill(self.class_panel)
        self.desk.add_bar(self)

    def _restore(self) -> None:
        self.helping.bind_keys()
        if not restore_geometry(self, self.settings.geometry):
            self.resize(QSize(*_FIRST_SIZE).boundedTo(self.screen().availableSize() * _FIRST_SHARE))
        self.docks.restore(self.settings.layout)
        self._place_panels()
        self.on_theme()
        self.on_current()

    # What other parts ask for

    def reset_layout(self) -> None:
        """Put all panels back."""
        self.docks.arrange()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop doing so."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # What happens

    def on_current(self) -> None:
        """Show the current cube, or the start page."""
        cube = self.session.cube
        self.project_status.show_title()
        self.centre.setCurrentWidget(self.start_page if cube is None else self.canvas)
        if (cube is None) == self.docks.shown:
            self.setUpdatesEnabled(False)  # or panels would be seen jumping to their places
            self._turns.begin(self._show_panels())
        self.recents.show()
        self.status.clear_pixel()
        self.status.show_zoom(None if cube is None else self.canvas.zoom)
        self.commands.refresh()

    def _show_panels(self) -> Iterator[None]:
        """Show the panels of a cube or hide them, then paint the centre, then one panel after the other."""
        panels = self.menus.toolbar, self.desk.bar, *self.docks.all
        for panel in panels:
            panel.setUpdatesEnabled(False)
        self._place_panels()
        yield
        self.setUpdatesEnabled(True)
        # Qt never again paints a window that waited for it while its updates were disabled, unless told to.
        self.repaint()
        yield
        for panel in panels:
            panel.setUpdatesEnabled(True)
            yield
        if self.docks.shown:
            self.plots.fill_docks()

    def _place_panels(self) -> None:
        shown = self.session.cube is not None
        self.docks.set_shown(shown)
        self.menus.toolbar.setVisible(shown)
        self.desk.bar.setVisible(shown)

    def on_theme(self) -> None:
        """Draw the icons in the colours of the theme."""
        self.commands.set_icons()
        refresh_icons(self)
        self.commands.refresh()

    def save_settings(self) -> None:
        """Write what is remembered, soon."""
        self._store.save(self.settings)

    def _on_unsaved(self, error: OSError) -> None:
        self.toaster.tell(f"The settings could not be saved ({error.strerror or error}).", "warning")

    # Events of Qt

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._quits_anyway and not self.project.wait(_KEEPING_S):
            event.ignore()
            self.projects.ask_before_quitting(self._quit_anyway)
            return
        self.settings.geometry = saved_geometry(self)
        self.settings.layout = self.docks.saved()
        try:
            self._store.close(self.settings)
        except OSError as error:
            log.warning("The settings could not be saved: %s", error)
        super().closeEvent(event)

    def _quit_anyway(self) -> None:
        self._quits_anyway = True
        self.close()

    def stop(self, timeout_s: float = 1.5) -> bool:
        """End all threads; called once, after the window has closed. Returns whether they ended in time."""
        self.plots.cancel()
        self.live.stop()
        parts = (
            self.jobs, self.probe, self.legends, self.catalogue, self.recents, self.pictures, self.spectra,
            self.desk, self.class_spectra, self.plots, self.project, self.project_status,
        )  # fmt: skip
        # Each waits for the step in progress; a reading that hangs must not keep the program from ending.
        waiting = threading.Thread(target=lambda: [part.stop() for part in parts], daemon=True)
        waiting.start()
        waiting.join(timeout_s)
        return not waiting.is_alive()


def _stacked(*widgets: QWidget) -> QWidget:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget)
    return inside
