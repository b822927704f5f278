"""What is told of paths that no reader can do anything with."""

import os
from pathlib import Path

import pytest

from hsi_studio.errors import CubeFileError
from hsi_studio.io import open_cube

only_linux = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this system has no /proc")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("/proc/self/mem", "mem could not be read", marks=only_linux),
        pytest.param("/dev/zero", "has no format", marks=only_linux),
        ("/", "/ is a folder without a cube"),
        ("absent/a.hdr", "The folder of absent/a.hdr does not exist"),
        ("x" * 300, "File name too long"),
    ],
)
def test_odd_paths_get_one_sentence(path: str, told: str) -> None:
    with pytest.raises(CubeFileError, match=told):
        open_cube(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["a.hdr", "a.img", "a.npy", "a.mat", "a.h5", "a.tif", "a"])
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(CubeFileError):
        open_cube(tmp_path / name)
