"""Cubes that have moved, and files that are not the cube."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube
from hsi_studio.errors import Cancelled
from hsi_studio.io.convert import convert
from hsi_studio.io.project import ProjectFileError, find_moved, require_same_image
from hsi_studio.io.registry import open_cube


@pytest.fixture
def write(make_cube: Callable[..., Cube]) -> Callable[[Path, int], Path]:
    """Write an ENVI cube of 4 × 5 pixels and return its header."""

    def written(path: Path, value: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return convert(make_cube(np.full((4, 5, 3), value, np.uint16)), path).files[1]

    return written


def _known(header: Path) -> ProjectCube:
    cube = open_cube(header)
    return ProjectCube(1, str(header), cube.name, cube.fingerprint, cube.rows, cube.cols)


def test_a_moved_cube_is_found_among_others(write: Callable, tmp_path: Path) -> None:
    known = _known(write(tmp_path / "old" / "field.hdr", 7))
    write(tmp_path / "disk" / "a" / "field.hdr", 8)  # the same name, other values
    moved = write(tmp_path / "disk" / "z" / "deep" / "field.hdr", 7)
    (tmp_path / "disk" / "field.img").write_bytes(b"no cube")
    found = find_moved(tmp_path / "disk", known)
    assert found is not None
    assert found.parent == moved.parent
    assert open_cube(found).fingerprint == known.fingerprint


def test_a_renamed_cube_is_found(write: Callable, tmp_path: Path) -> None:
    known = _known(write(tmp_path / "old" / "field.hdr", 7))
    moved = write(tmp_path / "disk" / "field 2021 (copy).hdr", 7)
    found = find_moved(tmp_path / "disk", known)
    assert found is not None
    assert found.stem == moved.stem


def test_a_cube_that_is_not_there_is_not_found(write: Callable, tmp_path: Path) -> None:
    known = _known(write(tmp_path / "old" / "field.hdr", 7))
    write(tmp_path / "disk" / "field.hdr", 8)
    assert find_moved(tmp_path / "disk", known) is None
    assert find_moved(tmp_path / "absent", known) is None


def test_the_search_can_be_stopped(write: Callable, tmp_path: Path) -> None:
    known = _known(write(tmp_path / "field.hdr", 7))
    with pytest.raises(Cancelled):
        find_moved(tmp_path, known, progress=Progress(is_cancelled=lambda: True))


def test_another_size_is_refused_with_both(make_cube: Callable[..., Cube]) -> None:
    known = ProjectCube(1, "field.hdr", "field", "0" * 32, 512, 614)
    with pytest.raises(ProjectFileError, match="4 × 5 pixels but the labels of field have 512 × 614"):
        require_same_image(known, make_cube(np.zeros((4, 5, 2)), name="other"))


def test_other_values_are_refused_with_both_fingerprints(make_cube: Callable[..., Cube]) -> None:
    known = ProjectCube(1, "field.hdr", "field", "1" * 32, 4, 5)
    cube = make_cube(np.zeros((4, 5, 2)), name="other")
    with pytest.raises(ProjectFileError, match="fingerprint 00000000… instead of 11111111…"):
        require_same_image(known, cube)
    require_same_image(known, make_cube(np.zeros((4, 5, 2)), name="other", fingerprint="1" * 32))
