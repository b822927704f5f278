"""Which signal of the main window's parts goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


def connect(window: MainWindow) -> None:
    """Tie the parts of the window to each other."""
    _connect_session(window)
    _connect_canvas(window)
    _connect_spectra(window)
    _connect_start_page(window)
    window.theme.changed.connect(window.on_theme)
    for dock in window.docks.all:
        dock.left.connect(window.canvas.setFocus)
    window.cubes.menu_wanted.connect(window.menus.context)
    window.cubes.locate_wanted.connect(window.projects.locate)
    window.status.jobs_wanted.connect(lambda: window.docks.show("Jobs"))
    window.jobs.failed.connect(lambda job, error: window.toaster.tell_error(job.title, error))


def told(window: MainWindow, what: str) -> Callable[[Exception], object]:
    """Return a slot that shows the failure of something as a toast."""
    return partial(window.toaster.tell_error, what)


def _connect_session(window: MainWindow) -> None:
    window.session.current_changed.connect(window.on_current)
    window.session.layers_changed.connect(window.commands.refresh)
    window.pictures.failed.connect(told(window, "Drawing the picture"))
    window.legends.failed.connect(told(window, "Counting the classes"))
    window.class_spectra.failed.connect(told(window, "Averaging the classes"))
    window.files.opener.demo_opened.connect(window.classes.on_demo)
    window.files.opener.demo_opened.connect(window.models.on_demo)


def _connect_canvas(window: MainWindow) -> None:
    canvas, spectra, status, probe = window.canvas, window.spectra, window.status, window.probe
    for point_at in (spectra.hover, status.show_place, probe.ask):
        canvas.hovered.connect(point_at)
    for leave in (spectra.leave, probe.leave, status.clear_pixel, window.legend.leave):
        canvas.left.connect(leave)
    canvas.picked.connect(spectra.pick)
    canvas.region_drawn.connect(spectra.add_region)
    canvas.zoom_changed.connect(status.show_zoom)
    probe.told.connect(status.show_facts)
    probe.told.connect(window.legend.point_at)
    probe.failed.connect(told(window, "Reading the pixel"))


def _connect_spectra(window: MainWindow) -> None:
    spectra = window.spectra
    spectra.keep_off(lambda: [entry.color for entry in window.labelling.classes])
    spectra.markers_changed.connect(window.canvas.set_markers)
    spectra.regions_changed.connect(window.canvas.set_regions)
    spectra.changed.connect(window.commands.refresh)
    spectra.failed.connect(told(window, "Reading the spectrum"))


def _connect_start_page(window: MainWindow) -> None:
    page, files = window.start_page, window.files
    page.open_file.connect(files.open_dialog)
    page.open_folder.connect(files.open_folder)
    page.open_demo.connect(files.open_demo)
    page.open_path.connect(lambda path: files.open_paths([path]))
