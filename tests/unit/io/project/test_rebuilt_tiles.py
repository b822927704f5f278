"""Tiles that a damaged file has lost come back from its history."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import TILE, Labels
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.codec import pack_tile
from hsi_studio.io.project.recover import recover_project
from hsi_studio.io.project.schema import PAGE_BYTES


def _project(path: Path, rng: np.random.Generator) -> Labels:
    """Write a project with noise in two tiles, each painted by one step, and return its labels."""
    labels = Labels(TILE, 2 * TILE)
    file = ProjectFile.create(path)
    file.add_cube(ProjectCube(1, "scene.npy", "scene.npy", "f", TILE, 2 * TILE, ""))
    table = ClassTable.from_names([f"Class {number}" for number in range(1, 16)])
    file.append(Edit("Classes", classes=(ClassTable(()), table)))
    for col in (0, TILE):
        edit = labels.change(Window(20, col + 20, 200, 200), rng.integers(0, 16, (200, 200)))
        labels = labels.applied(edit)
        file.append(Edit("Noise", {1: edit}))
    file.close()
    return labels


def test_a_tile_that_cannot_be_read_is_rebuilt_and_the_others_stay(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    path, into = tmp_path / "field.hsip", tmp_path / "recovered.hsip"
    labels = _project(path, rng)
    content = bytearray(path.read_bytes())
    page = content.index(pack_tile(labels.tiles[0, 1])[-40:-8]) // PAGE_BYTES
    content[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = bytes(PAGE_BYTES)
    path.write_bytes(content)
    report = recover_project(path, into)
    rebuilt = "1 tile of labels was rebuilt from the history."
    assert report.lost == ("Some tiles of labels could not be read.", rebuilt)
    recovered = ProjectFile.open(into)
    assert recovered.state.labels_of(1) == labels
    assert recovered.depth == (3, 3)
    recovered.undo()
    assert set(recovered.state.labels_of(1).tiles) == {(0, 0)}
    recovered.close()
