"""TIFF stacks."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import CubeFileError, HsiError
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.multipage import MultipageTiffReader, PagesSource

AssertReads = Callable[[Cube, NDArray[Any]], None]


def read(path: Path) -> Cube:
    assert MultipageTiffReader().recognises(path)
    return MultipageTiffReader().open(path, OpenOptions(), Progress())


def filled(shape: tuple[int, ...], dtype: str = "f4") -> NDArray[Any]:
    return (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)


@given(
    dtype=st.sampled_from(["u1", "i2", "u2", "f4", "f8"]),
    shape=st.tuples(st.integers(5, 20), st.integers(5, 20), st.integers(5, 9)),
    kind=st.sampled_from(["pages", "one by one", "samples", "planes"]),
    options=st.fixed_dictionaries(
        {}, optional={"compression": st.just("zlib"), "bigtiff": st.just(True), "byteorder": st.just(">")}
    ),
)
@settings(max_examples=50, deadline=None)
def test_every_type_and_layout_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    assert_reads: AssertReads,
    *,
    dtype: str,
    shape: tuple[int, int, int],
    kind: str,
    options: dict[str, Any],
) -> None:
    values = filled(shape, dtype)
    planes = np.moveaxis(values, 2, 0)
    path = tmp_path_factory.mktemp("tif") / "a.tif"
    big = {key: options[key] for key in ("bigtiff", "byteorder") if key in options}
    packed = "compression" in options and kind in ("pages", "one by one")  # GDAL reads one packed page
    packing = {"compression": options["compression"]} if packed else {}
    with tifffile.TiffWriter(path, **big) as file:
        if kind == "samples":
            file.write(values, photometric="minisblack", planarconfig="contig", **packing)
        elif kind == "planes":
            file.write(planes, photometric="minisblack", planarconfig="separate", **packing)
        elif kind == "pages":
            file.write(planes, photometric="minisblack", **packing)
        else:
            for plane in planes:
                file.write(plane, photometric="minisblack", metadata=None, contiguous=False, **packing)
    assert_reads(read(path), values)


def test_uncompressed_stack_is_mapped_and_compressed_is_not(tmp_path: Path) -> None:
    planes = filled((6, 20, 21))
    tifffile.imwrite(tmp_path / "a.tif", planes, photometric="minisblack")
    tifffile.imwrite(tmp_path / "b.tif", planes, photometric="minisblack", compression="zlib")
    assert isinstance(read(tmp_path / "a.tif").source, MappedSource)
    assert isinstance(read(tmp_path / "b.tif").source, PagesSource)


def test_imagej_labels_are_wavelengths(tmp_path: Path, assert_reads: AssertReads) -> None:
    planes = filled((6, 20, 21), "u2")
    labels = [f"{nm} nm" for nm in range(450, 750, 50)]
    tifffile.imwrite(tmp_path / "a.tif", planes, imagej=True, metadata={"axes": "ZYX", "Labels": labels})
    cube = read(tmp_path / "a.tif")
    assert_reads(cube, np.moveaxis(planes, 0, 2))
    np.testing.assert_array_equal(cube.wavelengths_nm, range(450, 750, 50))


@pytest.mark.parametrize("shaped", [True, False])
def test_json_description(tmp_path: Path, shaped: bool) -> None:
    described = {"wavelengths": [0.4, 0.5, 0.6, 0.7, 0.8], "fwhm": [0.01] * 5, "wavelength_units": "um"}
    planes = filled((5, 6, 7))
    how: dict[str, Any] = (
        {"metadata": described} if shaped else {"description": json.dumps(described), "metadata": None}
    )
    tifffile.imwrite(tmp_path / "a.tif", planes, photometric="minisblack", **how)
    cube = read(tmp_path / "a.tif")
    np.testing.assert_allclose(cube.wavelengths_nm, [400, 500, 600, 700, 800])
    np.testing.assert_allclose(cube.fwhm_nm, 10)


def test_map_and_picture_go_to_gdal(tmp_path: Path, shared_data: Path) -> None:
    picture = tmp_path / "picture.tif"
    tifffile.imwrite(picture, filled((9, 9, 3), "u1"), photometric="rgb", metadata=None)
    tile = shared_data / "enmap_potsdam" / "images" / "enmap_potsdam_tile_128_0.tif"
    assert not MultipageTiffReader().recognises(picture)
    assert not MultipageTiffReader().recognises(tile)
    assert not MultipageTiffReader().recognises(tmp_path)


def test_time_series_of_stacks_is_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", filled((3, 4, 8, 9), "u2"), imagej=True, metadata={"axes": "TZYX"})
    with pytest.raises(CubeFileError, match="not rows × columns × bands"):
        read(tmp_path / "a.tif")


def test_truncated_stack(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, filled((6, 64, 64)), photometric="minisblack")
    with path.open("r+b") as file:
        file.truncate(30_000)
    with pytest.raises(CubeFileError):
        read(path).block()


@given(data=st.data())
@settings(max_examples=80, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_any_change_of_bytes_ends_in_a_cube_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.tif"
    tifffile.imwrite(
        path,
        filled((6, 7, 8)),
        photometric="minisblack",
        compression=data.draw(st.sampled_from([None, "zlib"])),
    )
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    path.write_bytes(content)
    reader = MultipageTiffReader()
    try:
        if reader.recognises(path):
            cube = reader.open(path, OpenOptions(), Progress())
            if cube.rows * cube.cols * cube.bands < 10_000_000:
                cube.block()
    except HsiError:
        pass


def test_pages_written_one_by_one_are_bands(tmp_path: Path, assert_reads: AssertReads) -> None:
    values = filled((7, 9, 6), "u2")
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for band in range(6):
            file.write(values[:, :, band])
    assert_reads(read(tmp_path / "a.tif"), values)


def test_a_preview_before_the_stack_is_passed_over(tmp_path: Path, assert_reads: AssertReads) -> None:
    values = filled((7, 9, 6), "u2")
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(np.zeros((4, 4), np.uint8))
        file.write(np.moveaxis(values, 2, 0), photometric="minisblack")
    assert_reads(read(tmp_path / "a.tif"), values)


def test_a_damaged_file_is_told_in_one_line(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", filled((5, 7, 9)), photometric="minisblack")
    whole = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(whole[:34] + b"\xff" * 12 + whole[46:])
    code = "import sys; from hsi_studio.io import open_cube; open_cube(sys.argv[1])"
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.tif"], capture_output=True, text=True, check=False
    ).stderr
    assert "TiffTag" not in told
