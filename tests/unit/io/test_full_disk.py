"""A disk that fills while a file is written: one sentence, the older file as it was, nothing left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import CRS

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.grid import Grid
from hsi_studio.core.labels import Labels
from hsi_studio.core.source import ArraySource
from hsi_studio.errors import HsiError
from hsi_studio.io import open_cube
from hsi_studio.io.convert import convert
from hsi_studio.io.label_io.scene import LabelledScene
from hsi_studio.io.labels import FORMATS, write_labels
from hsi_studio.io.maps import write_confidence, write_map, write_scores

if sys.platform == "win32":
    pytest.skip("limits of file size are POSIX", allow_module_level=True)

import resource

Write = Callable[[Path], object]

UTM = GeoReference((20.0, 0.0, 500_000.0, 0.0, -20.0, 4_000_000.0), CRS.from_epsg(32616).to_wkt())
CLASSES = ClassTable.from_names(("soil", "corn", "water"))
RANDOM = np.random.default_rng(7)
IDS: NDArray[np.int16] = RANDOM.integers(1, 4, (300, 280)).astype(np.int16)
SHARES = RANDOM.random((300, 280)).astype(np.float32)


@contextmanager
def disk_of(kilobytes: int, place: Path) -> Iterator[Path]:
    """Mount a disk of a size in memory, where that is allowed."""
    place.mkdir(exist_ok=True)
    size = f"size={kilobytes}k"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", place]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("disks may not be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    """Let no file grow over a size, as on a full disk; Python ignores the signal that tells of it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def labels(path: Path) -> object:
    regions = np.zeros((40, 30), np.uint16)
    regions[4:20, 3:9], regions[22:30, 12:28] = 1, 3
    values = np.broadcast_to(np.arange(3, dtype=np.float32), (40, 30, 3)).copy()
    cube = Cube(ArraySource(values), name="scene", georef=UTM)
    return write_labels(path, LabelledScene(Labels.from_array(regions), CLASSES, Grid.of(cube), cube))


def scene(path: Path) -> object:
    values = np.random.default_rng(3).integers(0, 9, (70, 300, 5), np.uint16)
    wavelengths = np.linspace(400, 900, 5)
    return convert(
        Cube(ArraySource(values), name="scene", georef=UTM, wavelengths_nm=wavelengths), path, overwrite=True
    )


CASES: list[tuple[str, Write]] = [
    *(
        (f"map{ending}", lambda path: write_map(path, IDS, CLASSES, UTM))
        for ending in (".tif", ".npy", ".png")
    ),
    *((f"sure{ending}", lambda path: write_confidence(path, SHARES, UTM)) for ending in (".tif", ".png")),
    *((f"score{ending}", lambda path: write_scores(path, SHARES, UTM)) for ending in (".tif", ".img")),
    *((f"labels{one.endings[0]}", labels) for one in FORMATS),
    *((f"cube{ending}", scene) for ending in (".tif", ".img", ".npy")),
]


@pytest.mark.parametrize(("name", "write"), CASES, ids=[name for name, _ in CASES])
def test_what_does_not_fit_is_told_to_the_last_byte(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, write: Write
) -> None:
    path = tmp_path / name
    write(path)
    size = max(file.stat().st_size for file in tmp_path.iterdir())
    written = {file.name for file in tmp_path.iterdir()}
    for limit in (0, 100, size // 2, size - 1):
        for file in tmp_path.iterdir():
            file.write_text("older")
        with longest_file(limit), pytest.raises(HsiError, match="could not be written") as told:
            write(path)
        assert str(told.value).startswith(f"{name.partition('.')[0]}.")
        assert "free space" in told.value.remedy
        assert {file.name: file.read_text() for file in tmp_path.iterdir()} == dict.fromkeys(written, "older")
    with longest_file(size):
        write(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("part", "fits"), [(0.1, False), (0.5, False), (0.95, False), (1.2, True)])
def test_a_full_file_system_of_its_own(tmp_path: Path, part: float, fits: bool) -> None:
    write_map(tmp_path / "map.tif", IDS, CLASSES, UTM)
    kilobytes = (tmp_path / "map.tif").stat().st_size // 1024
    with disk_of(int(part * kilobytes), tmp_path / "disk") as disk:
        if fits:
            write_map(disk / "map.tif", IDS, CLASSES, UTM)
            np.testing.assert_array_equal(open_cube(disk / "map.tif").band(0), IDS)
            return
        with pytest.raises(HsiError, match=r"No space left on device|its disk has") as told:
            write_map(disk / "map.tif", IDS, CLASSES, UTM)
        assert "free space" in told.value.remedy
        assert not list(disk.iterdir())
