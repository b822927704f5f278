"""`hsi-studio labels import`: labels of another program into a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from hsi_studio.cli.labels_project import CubeNumber, Project, chosen_cube, grid_of
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import note, print_json, print_table, progress_bar
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.descriptions import spoken
from hsi_studio.core.label_import import (
    CREATE,
    FoundValue,
    Overlap,
    Target,
    found_values,
    import_edit,
    proposed,
    with_created,
)
from hsi_studio.core.project import Edit
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io.labels import read_labels
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.project import ProjectFile

_MOST_DIGITS = 9
_OVERLAPS: tuple[Overlap, ...] = ("replace", "keep", "only")


def import_labels(
    project: Project,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labels of the cube's size.")],
    *,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="VALUE=CLASS", help="Class (name or id) of a value; `VALUE=` leaves it out."
        ),
    ] = None,
    create: Annotated[bool, typer.Option("--create", help="Create classes that the table lacks.")] = False,
    overlap: Annotated[
        str,
        typer.Option(
            help="Where labels meet: **replace** or **keep** those there; **only** clears all others."
        ),
    ] = "replace",
    cube: CubeNumber = None,
    variable: Annotated[str | None, typer.Option(help="Array, layer or image in the file.")] = None,
    as_json: Json = False,
) -> None:
    """Bring labels into a project as one step that can be undone in the window.

    Values match classes of the same name, or of the same id where the file names none; others are left out
    unless `--map` or `--create` says otherwise. The project must not be open in a window.

    For example:

    - `hsi-studio labels import field.hsip truth.tif`

    - `hsi-studio labels import salinas.hsip SalinasA_gt.mat --map 1=Broccoli --map 10=Corn --create`
    """
    way = _overlap(overlap)
    with closing(_writable(project.expanduser())) as target:
        state = target.state
        known = chosen_cube(state, cube, target.path)
        grid, _ = grid_of(known, target.path)
        with progress_bar(f"Reading {file.name}") as progress:
            raster = read_labels(file.expanduser(), grid, OpenOptions(variable=variable), progress)
        raster, targets = _targets(raster, state.classes, _pairs(mapped or []), create=create)
        before = state.classes, state.labels_of(known.number)
        edit = import_edit(f"Import {file.name}", known.number, before, raster, targets, overlap=way)
        if edit:
            target.append(edit)
    facts = {"project": target.path, "cube": known.number, "file": file}
    _print(facts | _told(raster, targets, state.classes, edit, known.number), as_json)


def _writable(path: Path) -> ProjectFile:
    target = ProjectFile.open(path)
    if target.read_only:
        target.close()
        raise HsiError(" ".join(target.notes) or f"{path.name} cannot be changed")
    return target


def _overlap(text: str) -> Overlap:
    for one in _OVERLAPS:
        if text == one:
            return one
    raise UsageError(f"--overlap takes no {text!r}", f"use one of {', '.join(_OVERLAPS)}")


def _pairs(texts: Sequence[str]) -> dict[int, str]:
    pairs: dict[int, str] = {}
    for text in texts:
        value, equals, name = text.partition("=")
        if not equals or not value.strip().isdecimal() or len(value) > _MOST_DIGITS:
            raise UsageError(f"--map takes VALUE=CLASS, not {text!r}", "write it like --map 10=Lettuce")
        pairs[int(value)] = name.strip()
    return pairs


def _targets(
    raster: ClassRaster, classes: ClassTable, pairs: Mapping[int, str], *, create: bool
) -> tuple[ClassRaster, dict[int, Target]]:
    """Return what becomes of each value, and the raster with the names that --map gives to new classes."""
    found = found_values(raster)
    targets = proposed(found, classes)
    _require_present(pairs, found, raster.name)
    entries = {one.value: one.entry for one in found}
    for value, name in pairs.items():
        targets[value] = _class_of(name, classes, create=create) if name else None
        if targets[value] == CREATE:
            entries[value] = replace(entries[value], name=name)
    if create:
        unmatched = [value for value, target in targets.items() if target is None and value not in pairs]
        targets |= dict.fromkeys(unmatched, CREATE)
    if all(target is None for target in targets.values()):
        values = ", ".join(map(str, targets)) or "none"
        raise UsageError(
            f"no value of {raster.name} ({values}) matches a class", "pass --map VALUE=CLASS or --create"
        )
    return ClassRaster(raster.name, raster.ids, ClassTable(tuple(entries.values()))), targets


def _require_present(pairs: Mapping[int, str], found: Sequence[FoundValue], name: str) -> None:
    values = [one.value for one in found]
    for value in pairs:
        if value not in values:
            listed = ", ".join(map(str, values)) or "none"
            raise UsageError(f"{name} has no pixel of the value {value}", f"its values are {listed}")


def _class_of(name: str, classes: ClassTable, *, create: bool) -> Target:
    for entry in classes:
        if spoken(entry.name).casefold() == spoken(name).casefold() or str(entry.id) == name:
            return entry.id
    if create:
        return CREATE
    raise UsageError(f"the project has no class {name}", "correct the name, or pass --create to create it")


def _told(
    raster: ClassRaster, targets: Mapping[int, Target], classes: ClassTable, edit: Edit, number: int
) -> dict[str, Any]:
    found = found_values(raster)
    table, ids = with_created(found, targets, classes)
    imported = [
        {
            "value": one.value,
            "id": ids[one.value],
            "class": table[ids[one.value]].name,
            "pixels": one.pixels,
            "created": targets[one.value] == CREATE,
        }
        for one in found
        if one.value in ids
    ]
    left_out = [{"value": one.value, "pixels": one.pixels} for one in found if one.value not in ids]
    changed = sum(int((patch.before != patch.after).sum()) for patch in edit.labels.get(number, ()))
    return {"changed": changed, "imported": imported, "left_out": left_out}


def _print(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    rows = [
        (str(one["value"]), f"{one['class']}{' (new)' if one['created'] else ''}", str(one["pixels"]))
        for one in facts["imported"]
    ]
    print_table(f"{facts['changed']} pixels changed", ("value", "class", "pixels"), rows)
    if facts["left_out"]:
        note(f"Left out: {', '.join(str(one['value']) for one in facts['left_out'])}.")
