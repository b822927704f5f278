"""Rows of the action table for the class table and for labels in files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsi_studio.gui.actions import SEPARATOR, ActionRow

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


def _has_cube(window: MainWindow) -> bool:
    return window.session.cube is not None


def _has_classes(window: MainWindow) -> bool:
    return len(window.labelling.classes) > 0


def _has_labels(window: MainWindow) -> bool:
    return any(window.labelling.counts.values())


ROWS = (
    ActionRow("classes.add", "Add class", lambda w: w.classes.add(), "Ctrl+Shift+N", "plus", _has_cube),
    ActionRow(
        "classes.load",
        "Load classes…",
        lambda w: w.classes.ask_load(),
        enabled=_has_cube,
        hint="From YAML, CSV, a QGIS style or an ENVI header",
    ),
    ActionRow(
        "classes.save",
        "Save classes…",
        lambda w: w.classes.ask_save(),
        enabled=_has_classes,
        hint="As YAML, CSV, a QGIS style or an ENVI header",
    ),
    ActionRow(
        "labels.import",
        "Import labels…",
        lambda w: w.label_files.ask_import(),
        icon="download-simple",
        enabled=_has_cube,
        hint="From GeoTIFF, ENVI, PNG, NumPy, MATLAB, COCO, polygons or a table",
    ),
    ActionRow(
        "labels.export",
        "Export labels…",
        lambda w: w.label_files.export(),
        icon="export",
        enabled=_has_labels,
        hint="To GeoTIFF, ENVI, PNG, NumPy, MATLAB, COCO, polygons or a table of spectra",
    ),
)
MENU = ("classes.add", "classes.load", "classes.save", SEPARATOR, "labels.import", "labels.export")
