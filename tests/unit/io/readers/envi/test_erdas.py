"""ERDAS 7 rasters, written by the tests byte for byte."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.errors import CubeFileError
from hsi_studio.io import open_cube


def write_lan(
    path: Path,
    values: NDArray[Any],
    magic: bytes = b"HEAD74",
    order: str = "<",
    *,
    packing: int | None = None,
    position: tuple[float, float, float, float] = (0, 0, 0, 0),
) -> None:
    rows, cols, bands = values.shape
    header = bytearray(128)
    struct.pack_into("6s", header, 0, magic)
    code = {1: 0, 2: 2}[values.itemsize] if packing is None else packing
    struct.pack_into(order + "hh", header, 6, code, bands)
    struct.pack_into(order + ("ii" if magic == b"HEAD74" else "ff"), header, 16, cols, rows)
    struct.pack_into(order + "4f", header, 112, *position)
    stored = values.astype(values.dtype.newbyteorder(order)).transpose(0, 2, 1)
    path.write_bytes(bytes(header) + stored.tobytes())


@pytest.mark.parametrize("kind", [np.uint8, np.int16])
@pytest.mark.parametrize("magic", [b"HEAD74", b"HEADER"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("name", ["a.lan", "A.LAN", "a.gis"])
def test_values_read_back(tmp_path: Path, kind: type, magic: bytes, order: str, name: str) -> None:
    values = (np.arange(3 * 4 * 5).reshape(3, 4, 5) * 4).astype(kind)
    write_lan(tmp_path / name, values, magic, order)
    cube = open_cube(tmp_path / name)
    assert (cube.dtype, cube.interleave, cube.format) == (np.dtype(kind), "bil", "ERDAS LAN/GIS")
    np.testing.assert_array_equal(cube.block(), values)
    np.testing.assert_array_equal(cube.band(4, step=2), values[::2, ::2, 4])


def test_16_bit_values_agree_with_spectral_python(tmp_path: Path) -> None:
    from spectral.io import erdas

    values = np.arange(-30, 30, dtype=np.int16).reshape(3, 4, 5)
    write_lan(tmp_path / "a.lan", values)
    theirs = erdas.open(str(tmp_path / "a.lan"))
    theirs.fid.close()
    np.testing.assert_array_equal(open_cube(tmp_path / "a.lan").block(), theirs.open_memmap(interleave="bip"))


def test_the_position_is_that_of_the_first_pixels_centre(tmp_path: Path) -> None:
    write_lan(tmp_path / "a.lan", np.zeros((3, 4, 5), np.uint8), position=(1000, 2000, 30, 20))
    georef = open_cube(tmp_path / "a.lan").georef
    assert georef is not None
    assert georef.to_map(0.5, 0.5) == (1000, 2000)
    assert georef.to_map(1.5, 1.5) == (1030, 1980)


def test_four_bit_values_are_refused(tmp_path: Path) -> None:
    write_lan(tmp_path / "a.gis", np.zeros((3, 4, 5), np.uint8), packing=1)
    with pytest.raises(CubeFileError, match="4-bit values, which are not supported; export it with 8 bits"):
        open_cube(tmp_path / "a.gis")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "does not begin with an ERDAS 7 header"),
        (b"HEAD74", "does not begin with an ERDAS 7 header"),
        (b"x" * 500, "does not begin with an ERDAS 7 header"),
        (b"HEAD74" + b"\0" * 200, "says 0 × 0 × 0 values"),
        (b"HEAD74\2\0\5\0" + b"\0" * 6 + b"\xff\xff\xff\x7f" * 2 + b"\0" * 200, "but it is"),
    ],
)
def test_damaged_files(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.lan").write_bytes(content)
    with pytest.raises(CubeFileError, match=words) as caught:
        open_cube(tmp_path / "a.lan")
    assert caught.value.remedy


@settings(max_examples=50, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 127), st.integers(0, 255)), max_size=20))
def test_no_header_raises_anything_but_our_error(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "broken.lan"
    write_lan(path, np.zeros((3, 4, 5), np.int16), b"HEADER")
    raw = bytearray(path.read_bytes())
    for place, value in changes:
        raw[place] = value
    path.write_bytes(raw)
    try:
        cube = open_cube(path)
    except CubeFileError:
        return
    assert cube.block().shape == cube.shape
