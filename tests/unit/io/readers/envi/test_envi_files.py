"""Which files make a pair, however they are named and whichever half is given."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.errors import CubeFileError
from hsi_studio.io import open_cube
from hsi_studio.io.readers.envi import EnviReader

Write = Callable[..., Path]
Counting = NDArray[np.uint16]


@pytest.mark.parametrize(
    "suffix", ["", ".img", ".IMG", ".dat", ".Raw", ".BIN", ".bil", ".bip", ".BSQ", ".sli", ".hyspex", ".cub"]
)
@pytest.mark.parametrize("header_suffix", [".hdr", ".HDR", ".Hdr"])
def test_either_half_opens_the_pair(
    tmp_path: Path, write_envi: Write, counting: Counting, suffix: str, header_suffix: str
) -> None:
    header = tmp_path / f"scene{header_suffix}"
    data = write_envi(header, counting, suffix=suffix)
    for path in (header, data, tmp_path / "scene"):
        cube = open_cube(path)
        assert cube.path == path
        assert cube.name == data.name
        np.testing.assert_array_equal(cube.block(), counting)


def test_a_header_named_after_the_whole_data_file(
    tmp_path: Path, write_envi: Write, counting: Counting
) -> None:
    data = write_envi(tmp_path / "scene.v2.hdr", counting, suffix=".img")
    (tmp_path / "scene.v2.hdr").rename(tmp_path / "scene.v2.img.hdr")
    assert open_cube(tmp_path / "scene.v2.img.hdr").name == data.name
    assert open_cube(data).name == data.name


def test_the_file_named_is_the_one_opened(tmp_path: Path, write_envi: Write, counting: Counting) -> None:
    write_envi(tmp_path / "scene.hdr", counting + 1, suffix=".img")
    write_envi(tmp_path / "scene.hdr", counting, suffix=".dat")
    np.testing.assert_array_equal(open_cube(tmp_path / "scene.dat").block(), counting)
    np.testing.assert_array_equal(open_cube(tmp_path / "scene.img").block(), counting + 1)


def test_the_ending_that_names_the_interleave_comes_first(
    tmp_path: Path, write_envi: Write, counting: Counting
) -> None:
    for interleave in ("bil", "bip", "bsq"):
        write_envi(tmp_path / "scene.hdr", counting, interleave, suffix=f".{interleave}")
    assert open_cube(tmp_path / "scene.hdr").name == "scene.bsq"


@pytest.mark.parametrize("name", ["scene.hdr", "scene.HDR"])
def test_a_missing_data_file_is_told(
    tmp_path: Path, write_envi: Write, counting: Counting, name: str
) -> None:
    write_envi(tmp_path / name, counting).unlink()
    with pytest.raises(CubeFileError, match=rf"{name} has no data file beside it; copy scene\.img"):
        open_cube(tmp_path / name)


@pytest.mark.parametrize("suffix", [".img", ".raw", ".bil"])
def test_a_missing_header_is_told(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"scene{suffix}").write_bytes(b"\1\2\3\4" * 9)
    with pytest.raises(CubeFileError, match=rf"scene{suffix} has no header scene\.hdr beside it; copy"):
        open_cube(tmp_path / f"scene{suffix}")


def test_a_header_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(CubeFileError, match=r"nothing\.hdr does not exist; check the name"):
        open_cube(tmp_path / "nothing.hdr")


@pytest.mark.parametrize("name", ["nothing", "nothing.img", "nothing.xyz"])
def test_a_path_that_does_not_exist_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(CubeFileError, match=rf"{name} does not exist"):
        open_cube(tmp_path / name)


def test_a_folder_without_a_cube_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(CubeFileError, match="is a folder without a cube; choose a file in it"):
        open_cube(tmp_path)


def test_a_real_header_without_data(shared_data: Path) -> None:
    with pytest.raises(CubeFileError, match="has no data file beside it"):
        open_cube(shared_data / "pycoal_avirisng" / "f080702t01p00r08rdn_c_sc01_ort_img_123_456.hdr")


@pytest.mark.parametrize(
    ("name", "start"),
    [("scene.tif", b"II*\0"), ("scene.img", b"EHFA_HEADER_TAG\0"), ("scene.dat", b"\x89HDF\r\n\x1a\n")],
)
def test_other_formats_beside_a_header_are_left_to_their_readers(
    tmp_path: Path, write_envi: Write, counting: Counting, name: str, start: bytes
) -> None:
    write_envi(tmp_path / "scene.hdr", counting, suffix=".raw")
    (tmp_path / name).write_bytes(start + b"\0" * 500)
    assert not EnviReader().recognises(tmp_path / name)
    assert EnviReader().recognises(tmp_path / "scene.raw")


def test_a_header_of_another_format_is_left_to_its_reader(tmp_path: Path) -> None:
    (tmp_path / "scene.hdr").write_text("BYTEORDER I\nLAYOUT BIL\nNROWS 4\nNCOLS 5\nNBANDS 1\nNBITS 8\n")
    (tmp_path / "scene.bil").write_bytes(bytes(20))
    assert not EnviReader().recognises(tmp_path / "scene.hdr")
    assert not EnviReader().recognises(tmp_path / "scene.bil")
