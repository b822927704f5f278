"""`hsi-studio project train / predict / describe`: what the window does to a project, from a script."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from hsi_studio.cli.labels_project import CubeNumber, Project
from hsi_studio.cli.ml_options import (
    Backbone,
    Device,
    Offline,
    ProjectEncoder,
    ProjectPooling,
    Seed,
)
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_result, progress_bar
from hsi_studio.cli.project_training import Method, labelled_scene, report_of, settings_of, trained
from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.maps import map_files, write_confidence, write_map
from hsi_studio.io.outputs import require_outputs
from hsi_studio.io.project import ProjectFile


def train(
    project: Project,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Model to write, a .safetensors file.")],
    cube: CubeNumber = None,
    method: Method = "instant",
    seed: Seed = 0,
    backbone: Backbone = None,
    device: Device = None,
    encoder: ProjectEncoder = None,
    pooling: ProjectPooling = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Train a classifier on the labels of a project: with `instant` what makes the map in the window.

    A network that was trained there joins where it does so in the window.

    For example: `hsi-studio project train field.hsip -o field.safetensors --method s3fn`
    """
    scene, live = labelled_scene(project, cube)
    started = time.perf_counter()
    settings = settings_of(method, seed, device, out=out, backbone=backbone)
    require_outputs((out,), cube=scene.cube, read=(project, backbone))
    model = trained(scene, settings, (encoder, pooling, offline), live)
    with atomic_output(out) as temporary:
        temporary.write_bytes(model.to_bytes())
    print_result(report_of(model, time.perf_counter() - started) | {"file": out}, as_json)


def predict(
    project: Project,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Map: .tif, .hdr (ENVI), .npy or .png.")],
    confidence: Annotated[Path | None, typer.Option(help="Raster of probabilities to write too.")] = None,
    cube: CubeNumber = None,
    method: Method = "instant",
    seed: Seed = 0,
    backbone: Backbone = None,
    device: Device = None,
    encoder: ProjectEncoder = None,
    pooling: ProjectPooling = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Write the map that the window shows for the labels and descriptions of a project.

    For example: `hsi-studio project predict field.hsip -o field.tif --confidence sure.tif`
    """
    from hsi_studio.ml.mapping import class_map

    files = [map_files(file) for file in (out, confidence) if file is not None]
    scene, live = labelled_scene(project, cube)
    require_outputs(*files, cube=scene.cube, read=(project, backbone))
    settings = settings_of(method, seed, device, backbone=backbone)
    started = time.perf_counter()
    model = trained(scene, settings, (encoder, pooling, offline), live).fitted_to(scene.cube)
    with progress_bar("Predicting") as progress:
        found = class_map(model, scene.cube, device=settings.device, progress=progress)
        ids = np.asarray(found.ids, np.int16)
        write_map(out, ids, model.classes, scene.cube.georef, progress)
        if confidence is not None and found.confidence is not None:
            write_confidence(confidence, found.confidence, scene.cube.georef, progress)
    counts = np.bincount(ids.ravel(), minlength=max(entry.id for entry in model.classes) + 1)
    report = report_of(model, time.perf_counter() - started) | {
        "file": out,
        "counts": {entry.name: int(counts[entry.id]) for entry in model.classes},
    }
    print_result(report, as_json)


def describe(
    project: Project,
    *,
    name: Annotated[str, typer.Option("--class", help="Name of the class.")],
    text: Annotated[Path, typer.Option(help="File with the description (UTF-8); - reads standard input.")],
    as_json: Json = False,
) -> None:
    """Give a class another description; the one before stays in its history.

    For example: `hsi-studio project describe field.hsip --class Corn --text corn.txt`
    """
    path = project.expanduser()
    description = _read_text(text)
    file = ProjectFile.open(path)
    try:
        if file.read_only:
            raise HsiError(f"{path.name} cannot be changed: {' '.join(file.notes)}", "close the other window")
        classes = file.state.classes
        id = _class_id(classes, name, path)
        edit = class_edits.describe(classes, id, description)
        if edit:
            file.append(edit)
        versions = len(file.description_versions(id))
    finally:
        file.close()
    report = {"project": path, "class": name, "changed": bool(edit), "versions": versions}
    print_result(report, as_json)


def _read_text(path: Path) -> str:
    try:
        return (sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise HsiError(f"{path} could not be read as text ({error})", "give a UTF-8 text file") from error


def _class_id(classes: ClassTable, name: str, project: Path) -> int:
    for entry in classes:
        if entry.name.casefold() == name.casefold():
            return entry.id
    listed = ", ".join(entry.name for entry in classes) or "none"
    raise UsageError(f"{project.name} has no class {name}", f"choose one of: {listed}")
