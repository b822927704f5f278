"""Every action of the main window, and where it is offered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hsi_studio.gui.actions import SEPARATOR, ActionRow
from hsi_studio.gui.class_actions import MENU as CLASS_MENU
from hsi_studio.gui.class_actions import ROWS as CLASS_ROWS
from hsi_studio.gui.label_actions import KEYS as LABEL_TOOLS
from hsi_studio.gui.label_actions import MENU as LABEL_MENU
from hsi_studio.gui.label_actions import ROWS as LABEL_ROWS
from hsi_studio.gui.label_actions import tool_row
from hsi_studio.gui.project_actions import EDIT, PROJECT, PROJECT_MENU
from hsi_studio.gui.word_actions import MENU as WORD_MENU
from hsi_studio.gui.word_actions import ROWS as WORD_ROWS

if TYPE_CHECKING:
    from hsi_studio.app.settings import ThemeMode
    from hsi_studio.gui.main_window import MainWindow


def _has_cube(window: MainWindow) -> bool:
    return window.session.cube is not None


def _has_file(window: MainWindow) -> bool:
    return window.session.cube is not None and window.session.cube.path is not None


def _axis_was_inferred(window: MainWindow) -> bool:
    return window.session.cube is not None and window.session.cube.band_axis is not None


def _has_spectra(window: MainWindow) -> bool:
    return bool(window.spectra.shown)


def _image_visible(window: MainWindow) -> bool:
    return window.session.current is not None and window.session.current.image_visible


def _set_theme(mode: ThemeMode, window: MainWindow) -> None:
    window.views.set_theme(mode)


def _is_theme(mode: ThemeMode, window: MainWindow) -> bool:
    return window.settings.theme == mode


def _theme(mode: ThemeMode, text: str) -> ActionRow:
    run, checked = partial(_set_theme, mode), partial(_is_theme, mode)
    return ActionRow(f"theme.{mode}", text, run, checked=checked)


FILE = (
    ActionRow("file.open", "Open…", lambda w: w.files.open_dialog(), "Ctrl+O", "file"),
    ActionRow("file.folder", "Open folder…", lambda w: w.files.open_folder(), "Ctrl+Shift+O", "folder-open"),
    ActionRow("file.demo", "Open demo scene", lambda w: w.files.open_demo(), icon="image"),
    ActionRow(
        "file.references", "Set white/dark references…", lambda w: w.files.references(), enabled=_has_file
    ),
    ActionRow(
        "file.class_raster",
        "Load class raster as layer…",
        lambda w: w.files.load_class_raster(),
        icon="stack",
        enabled=_has_cube,
        hint="Lay a ground truth or another raster of class numbers over the image",
    ),
    ActionRow("file.export", "Export cube…", lambda w: w.files.export_cube(), "Ctrl+E", "export", _has_cube),
    ActionRow(
        "file.picture", "Save picture…", lambda w: w.files.save_picture(), "Ctrl+Shift+E", enabled=_has_cube
    ),
    ActionRow("file.spectra", "Export spectra…", lambda w: w.files.export_spectra(), enabled=_has_spectra),
    ActionRow(
        "file.properties", "File properties…", lambda w: w.files.properties(), "Ctrl+I", "info", _has_cube
    ),
    ActionRow("file.band_axis", "Band axis…", lambda w: w.files.band_axis(), enabled=_axis_was_inferred),
    ActionRow("file.close", "Close cube", lambda w: w.files.close(), "Ctrl+W", enabled=_has_cube),
    ActionRow("file.quit", "Quit", lambda w: w.close(), "Ctrl+Q"),
)

VIEW = (
    ActionRow(
        "view.fit", "Fit", lambda w: w.canvas.fit(), "Ctrl+F", "corners-out", _has_cube, hint="Whole image"
    ),
    ActionRow(
        "view.actual",
        "100 %",
        lambda w: w.canvas.zoom_to(100),
        "Ctrl+0",
        "magnifying-glass",
        _has_cube,
        hint="One image pixel per screen pixel",
    ),
    ActionRow("view.zoom_in", "Zoom in", lambda w: w.views.zoom_in(), "Ctrl++", enabled=_has_cube),
    ActionRow("view.zoom_out", "Zoom out", lambda w: w.views.zoom_out(), "Ctrl+-", enabled=_has_cube),
    ActionRow("view.bare", "Bare image while held", lambda w: w.views.hold_bare(), "I", enabled=_has_cube),
    ActionRow(
        "view.image",
        "Show image",
        lambda w: w.views.toggle_image(),
        enabled=_has_cube,
        checked=_image_visible,
    ),
    ActionRow(
        "view.labels",
        "Show labels and layers",
        lambda w: w.views.toggle_labels(),
        "0",
        enabled=_has_cube,
        checked=lambda w: w.views.labels_visible,
    ),
    ActionRow(
        "view.opaque",
        "Labels and layers more opaque",
        lambda w: w.views.fade_layers(1),
        "A",
        enabled=_has_cube,
    ),
    ActionRow(
        "view.faint",
        "Labels and layers fainter",
        lambda w: w.views.fade_layers(-1),
        "Shift+A",
        enabled=_has_cube,
    ),
    ActionRow("view.copy", "Copy view", lambda w: w.views.copy_view(), "Ctrl+Shift+C", enabled=_has_cube),
    ActionRow("view.reset_layout", "Reset layout", lambda w: w.reset_layout()),
    ActionRow(
        "view.full_screen",
        "Full screen",
        lambda w: w.toggle_full_screen(),
        "F11",
        checked=lambda w: w.isFullScreen(),
    ),
)

THEMES = (_theme("system", "System"), _theme("light", "Light"), _theme("dark", "Dark"))

TOOLS = (
    tool_row("inspect", "Inspect", "crosshair", "V", "Inspect pixels; Shift+click collects spectra"),
    tool_row("pan", "Pan", "hand", "H", "Move the image; Space or the middle button do so with any tool"),
    tool_row(
        "rectangle_spectrum", "Rectangle spectrum", "selection", "Shift+R", "Mean spectrum of a rectangle"
    ),
    tool_row(
        "polygon_spectrum",
        "Polygon spectrum",
        "chart-line",
        "Shift+P",
        "Mean spectrum of a polygon: Enter finishes, Esc cancels",
    ),
)

_STEPS = {"Left": (0, -1), "Right": (0, 1), "Up": (-1, 0), "Down": (1, 0)}
_TOWARDS = {"Left": "to the left", "Right": "to the right", "Up": "above", "Down": "below"}


def _step(direction: str) -> ActionRow:
    return ActionRow(
        f"view.step_{direction.lower()}",
        f"Inspect the next pixel {_TOWARDS[direction]}",
        lambda w: w.canvas.step_inspected(*_STEPS[direction]),
        f"Ctrl+{direction}",
        enabled=_has_cube,
    )


STEPS = tuple(_step(direction) for direction in _STEPS)

MODEL = (
    ActionRow(
        "model.live",
        "Live prediction",
        lambda w: w.live.toggle(),
        "L",
        icon="broadcast",
        enabled=_has_cube,
        checked=lambda w: w.live.is_live,
        hint="The map follows every label and every word",
    ),
    ActionRow(
        "model.predict",
        "Predict once",
        lambda w: w.live.predict(),
        "U",
        enabled=_has_cube,
        hint="Bring the map up to date while live prediction is off",
    ),
    ActionRow(
        "model.suggest",
        "Suggest the next pixel",
        lambda w: w.live.suggestions.go_on(),
        "N",
        enabled=lambda w: w.live.can_suggest,
        hint="Go to the unlabelled pixel whose class would teach most; again: pass it over",
    ),
    ActionRow(
        "model.shares",
        "Confusion as shares of the truth",
        lambda w: w.plots.confusion.toggle_shares(),
        "Shift+N",
        enabled=_has_cube,
        hint="Confusion matrix: percent of each row, or pixels",
    ),
    ActionRow(
        "model.train",
        "Train S3FN",
        lambda w: w.live.networks.train(),
        enabled=lambda w: _has_cube(w) and w.live.networks.can_train,
        hint="Train the 3D-CNN on the labels; it then joins the live map",
    ),
    ActionRow(
        "model.save",
        "Save model…",
        lambda w: w.live.networks.ask_save(),
        enabled=lambda w: w.live.can_suggest,
        hint="What makes the live map, as a file that can be applied to other cubes",
    ),
    ActionRow(
        "model.apply",
        "Apply model to this cube…",
        lambda w: w.models.apply(),
        icon="grid-four",
        enabled=_has_cube,
        hint="Classify every pixel with a model file made by training",
    ),
)

HELP = (
    ActionRow("help.show", "Help", lambda w: w.helping.show_help(), "F1", "question"),
    ActionRow(
        "help.palette",
        "Command palette…",
        lambda w: w.helping.show_palette(),
        "Ctrl+Shift+P",
        "magnifying-glass",
    ),
    ActionRow("help.shortcuts", "Keyboard shortcuts…", lambda w: w.helping.show_shortcuts(), icon="keyboard"),
    ActionRow("help.about", "About hsi_studio", lambda w: w.helping.show_about(), icon="info"),
)

GROUPS = {
    "File": (*FILE, *PROJECT),
    "Edit": EDIT,
    "View": VIEW,
    "Theme": THEMES,
    "Tools": (*TOOLS, *STEPS),
    "Labels": (*LABEL_ROWS, *CLASS_ROWS),
    "Model": (*MODEL, *WORD_ROWS),
    "Help": HELP,
}
"""Rows by the word that stands before them in the palette and the shortcuts dialog."""

ROWS = tuple(row for rows in GROUPS.values() for row in rows)

FILE_MENU = (
    "file.open", "file.folder", "file.demo", "recent", SEPARATOR, *PROJECT_MENU,
    "file.references", "file.class_raster", SEPARATOR,
    "file.export", "file.picture", "file.spectra", SEPARATOR,
    "file.properties", "file.band_axis", "file.close", SEPARATOR, "file.quit",
)  # fmt: skip
EDIT_MENU = ("edit.undo", "edit.redo")
VIEW_MENU = (
    "composites", SEPARATOR,
    "view.fit", "view.actual", "view.zoom_in", "view.zoom_out", SEPARATOR,
    "view.bare", "view.image", "view.labels", "view.opaque", "view.faint", SEPARATOR,
    "view.copy", SEPARATOR,
    "theme", "panels", "view.reset_layout", "view.full_screen",
)  # fmt: skip
"""``recent``, ``composites``, ``theme`` and ``panels`` are submenus that the window fills."""

THEME_MENU = ("theme.system", "theme.light", "theme.dark")
TOOLS_MENU = (
    "tool.inspect", "tool.pan", "tool.rectangle_spectrum", "tool.polygon_spectrum", SEPARATOR, *LABEL_MENU,
)  # fmt: skip
LABELS_MENU = CLASS_MENU
MODEL_MENU = (
    "model.live", "model.predict", "model.suggest", SEPARATOR, *WORD_MENU, SEPARATOR,
    "model.shares", SEPARATOR, "model.train", "model.save", "model.apply",
)  # fmt: skip
HELP_MENU = ("help.show", "help.palette", "help.shortcuts", SEPARATOR, "help.about")
TOOLBAR = (
    "tool.inspect",
    "tool.pan",
    "tool.rectangle_spectrum",
    "tool.polygon_spectrum",
    SEPARATOR,
    *LABEL_TOOLS,
    SEPARATOR,
    *EDIT_MENU,
    SEPARATOR,
    "model.live",
    SEPARATOR,
    "view.fit",
    "view.actual",
)
CUBE_MENU = (
    "file.properties",
    "file.band_axis",
    "file.references",
    "file.class_raster",
    "file.export",
    "file.close",
)
