"""`hsi-studio project report`: all that a project holds and gives, on one page."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from hsi_studio import __version__
from hsi_studio.cli.labels_project import CubeNumber, Project, chosen_cube
from hsi_studio.cli.ml_options import Device, Offline, ProjectEncoder, ProjectPooling, Seed
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, progress_bar
from hsi_studio.cli.project_live import live_part
from hsi_studio.cli.project_training import Method, settings_of
from hsi_studio.cli.report_cube import ClassArea, CubeReport, Wanted, cube_report, unopened
from hsi_studio.cli.report_page import DescribedClass, Report, write_page
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io.outputs import require_outputs
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.cube_files import open_known

_LIBRARIES = ("numpy", "scikit-learn", "torch")


def report(
    project: Project,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Page to write, an .html file.")],
    cube: CubeNumber = None,
    truth: Annotated[
        Path | None, typer.Option(help="Raster of true class ids, 0 = unknown, to compare the map with.")
    ] = None,
    truth_variable: Annotated[
        str | None, typer.Option(help="Variable of the truth's file [the one of the cube's size].")
    ] = None,
    method: Method = "instant",
    seed: Seed = 0,
    device: Device = None,
    encoder: ProjectEncoder = None,
    pooling: ProjectPooling = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Write one page with pictures, maps, areas, spectra, descriptions and their history, and provenance.

    The page is one file that loads and runs nothing; it can be printed. With --truth it tells how the map
    agrees with it where no label is.

    For example:

    - `hsi-studio project report field.hsip -o report.html`

    - `hsi-studio project report field.hsip -o report.html --truth truth.tif --json`
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{out.name} is no name of a page", "end it in .html")
    require_outputs((out,), read=(project, truth))
    wanted = Wanted(settings_of(method, seed, device), (encoder, pooling, offline), truth, truth_variable)
    path = project.expanduser()
    with closing(ProjectFile.open(path, read_only=True)) as file:
        state = file.state
        classes = [DescribedClass(entry, file.description_versions(entry.id)) for entry in state.classes]
        identity = file.identity
        chosen = _chosen(state, cube, truth, path)
        live = {known.number: live_part(file, known.number, path) for known in chosen}
    with progress_bar("Reporting") as progress:
        cubes = [
            _told(known, state, path, replace(wanted, live=live[known.number]), progress) for known in chosen
        ]
    found = Report(path, datetime.now(UTC), cubes, classes, _provenance(identity, wanted))
    write_page(out, found)
    print_json(_facts(found, out)) if as_json else print(out)


def _chosen(
    state: ProjectState, number: int | None, truth: Path | None, path: Path
) -> tuple[ProjectCube, ...]:
    """Return the cubes to report on: all, unless one is named or compared with a truth."""
    alone = number is not None or truth is not None
    return (chosen_cube(state, number, path),) if alone else state.cubes


def _told(
    known: ProjectCube, state: ProjectState, path: Path, wanted: Wanted, progress: Progress
) -> CubeReport:
    try:
        cube = open_known(known, path, progress)
    except HsiError as error:
        return unopened(known, state.labels_of(known.number), error)
    return cube_report(known, cube, state, wanted, progress)


def _provenance(identity: str, wanted: Wanted) -> dict[str, str]:
    settings = wanted.settings
    return {
        "Project": identity,
        "Method": settings.method,
        "Seed": str(settings.seed),
        "Device": settings.device,
        "hsi_studio": __version__,
        "Python": platform.python_version(),
        **{name: metadata.version(name) for name in _LIBRARIES},
        "System": platform.platform(),
    }


def _facts(found: Report, out: Path) -> dict[str, Any]:
    names = {described.entry.id: described.entry.name for described in found.classes}
    return {
        "file": out,
        "project": found.project,
        "made": found.made.isoformat(),
        "cubes": [asdict(one.known) | dict(_cube_facts(one, names)) for one in found.cubes],
        "classes": [
            asdict(described.entry)
            | {"versions": [asdict(v) | {"when": v.when.isoformat()} for v in described.versions]}
            for described in found.classes
        ],
        "provenance": found.provenance,
    }


def _cube_facts(one: CubeReport, names: dict[int, str]) -> Iterator[tuple[str, Any]]:
    yield "labelled", {names[id]: pixels for id, pixels in one.labelled.items()}
    yield "trouble", one.missing or one.unmapped or None
    if one.map is not None:
        yield "training", one.map.training
        yield "map", [_area(area) for area in one.map.areas.values()]
    if one.truth is not None:
        compared = {"near_labels": one.truth.near, "without_labels": one.truth.unlabelled}
        yield "agreement", asdict(one.truth.agreement) | compared


def _area(area: ClassArea) -> dict[str, Any]:
    return {
        "name": area.entry.name,
        "pixels": area.pixels,
        "share": area.share,
        "hectares": area.hectares,
    }
