"""Writing cubes: everything that `open_cube` reads back, whole or not at all."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import ArraySource
from hsi_studio.errors import Cancelled, HsiError, UsageError
from hsi_studio.io import open_cube
from hsi_studio.io.convert import convert
from hsi_studio.io.writers import blocks

TARGETS = ("out.hdr", "out.bil", "out.bip", "out.bsq", "out.tif", "out.npy", "out.zarr")
SOURCES = (
    "pycoal_avirisng/ang20140912t192359_corr_v1c_img_2580-2590_540-550.hdr",
    "enmap_potsdam/images/enmap_potsdam_tile_128_0.tif",
    "plantcv_corn/4-22-22_right_same_B73_top_00.hdr",
    "salinasA/SalinasA_corrected.mat",
    "gatorsense_demo/an_hsi_image_sub_for_demo.mat",
)

UTM = GeoReference((20.0, 0.0, 500_000.0, 0.0, -20.0, 4_000_000.0), CRS.from_epsg(32616).to_wkt())


@pytest.fixture
def full_cube(make_cube: Callable[..., Cube], rng: np.random.Generator) -> Cube:
    """A cube that has everything a file can tell."""
    bands = 40
    bad = np.zeros(bands, bool)
    bad[[3, 17]] = True
    return make_cube(
        rng.integers(0, 10_000, (37, 53, bands), np.uint16),
        wavelengths_nm=np.linspace(400.02, 2489.11, bands),
        fwhm_nm=np.linspace(9.78, 14.58, bands),
        bad_bands=bad,
        band_names=tuple(f"Band {i}" for i in range(1, bands + 1)),
        scale_factor=10_000.0,
        nodata=0.0,
        georef=UTM,
        default_bands=(29, 19, 9),
        quantity="reflectance",
    )


def assert_same_values(one: Cube, other: Cube) -> None:
    np.testing.assert_array_equal(one.block(), other.block())
    np.testing.assert_array_equal(one.good_bands(), other.good_bands())
    np.testing.assert_allclose(one.physical(one.block()), other.physical(other.block()), rtol=1e-6)


def assert_same_bands(one: Cube, other: Cube) -> None:
    for a, b in ((one.wavelengths_nm, other.wavelengths_nm), (one.fwhm_nm, other.fwhm_nm)):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=1e-9)


def assert_same_place(one: Cube, other: Cube) -> None:
    assert (one.georef is None) == (other.georef is None)
    if one.georef is not None and other.georef is not None:
        np.testing.assert_allclose(one.georef.transform, other.georef.transform, rtol=1e-12)
        assert one.georef.crs_name == other.georef.crs_name


@pytest.mark.parametrize("target", TARGETS)
def test_everything_is_kept(full_cube: Cube, tmp_path: Path, target: str) -> None:
    written = convert(full_cube, tmp_path / target)
    again = open_cube(written.files[0])
    assert again.dtype == full_cube.dtype
    assert_same_values(full_cube, again)
    assert_same_bands(full_cube, again)
    assert_same_place(full_cube, again)
    assert again.band_names == full_cube.band_names
    assert again.default_bands == full_cube.default_bands
    assert (again.nodata, again.scale_factor) == (0.0, 10_000.0)
    assert again.quantity == "reflectance"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", SOURCES)
def test_real_files_survive(shared_data: Path, tmp_path: Path, source: str, target: str) -> None:
    cube = open_cube(shared_data / source)
    again = open_cube(convert(cube, tmp_path / target).files[0])
    assert_same_values(cube, again)
    assert_same_bands(cube, again)
    assert_same_place(cube, again)
    if cube.scale_factor == 1:  # ENVI calls every scale a reflectance scale
        assert again.quantity == cube.quantity


@pytest.mark.parametrize("target", ["out.hdr", "out.tif", "out.npy", "out.zarr"])
def test_classes_are_kept(make_cube: Callable[..., Cube], tmp_path: Path, target: str) -> None:
    classes = ClassTable.from_names(("Corn", "Woods, old", "Oats"))
    ids = np.arange(24, dtype=np.uint8).reshape(4, 6, 1) % 4
    again = open_cube(convert(make_cube(ids, classes=classes, quantity="class"), tmp_path / target).files[0])
    assert again.classes is not None
    names = [entry.name.replace(";", ",") for entry in again.classes]
    assert names == ["Corn", "Woods, old", "Oats"]
    assert [(e.id, e.color) for e in again.classes] == [(e.id, e.color) for e in classes]


def test_interleave_is_the_one_asked_for(full_cube: Cube, tmp_path: Path) -> None:
    assert open_cube(convert(full_cube, tmp_path / "a.hdr").files[0]).interleave == "bsq"
    assert open_cube(convert(full_cube, tmp_path / "b.img", interleave="bil").files[0]).interleave == "bil"
    assert open_cube(convert(full_cube, tmp_path / "c.bip").files[0]).interleave == "bip"
    with pytest.raises(UsageError, match=r"\.bip cannot be written as bil"):
        convert(full_cube, tmp_path / "d.bip", interleave="bil")


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"])
@pytest.mark.parametrize("target", ["out.hdr", "out.tif", "out.npy"])
def test_every_type_keeps_its_values(
    make_cube: Callable[..., Cube], tmp_path: Path, dtype: str, target: str
) -> None:
    values = np.arange(60).reshape(3, 4, 5).astype(dtype)
    written = convert(make_cube(values), tmp_path / target)
    again = open_cube(written.files[0])
    np.testing.assert_array_equal(again.block(), values.astype(again.dtype))
    assert (again.dtype == values.dtype) == (
        not any("values are stored as" in note for note in written.notes)
    )


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 30), st.integers(1, 20)),
    chunk=st.tuples(st.integers(1, 16), st.integers(1, 16), st.integers(1, 8)),
    max_bytes=st.integers(1, 4000),
)
def test_blocks_tile_the_cube_within_the_bound(
    shape: tuple[int, int, int], chunk: tuple[int, int, int], max_bytes: int
) -> None:
    values = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    cube = Cube(ArraySource(values), name="generated")
    chunk = (min(chunk[0], shape[0]), min(chunk[1], shape[1]), min(chunk[2], shape[2]))
    rebuilt, times = np.zeros_like(values), np.zeros(shape, int)
    for window, bands, block in blocks.read_blocks(cube, values.dtype, chunk, Progress(), max_bytes):
        place = (*window.slices(), slice(bands.start, bands.stop))
        rebuilt[place], times[place] = block, times[place] + 1
        assert block.nbytes <= max(max_bytes, 4 * chunk[0] * chunk[1] * chunk[2])
        assert window.row % chunk[0] == window.col % chunk[1] == bands.start % chunk[2] == 0
    assert (times == 1).all()
    np.testing.assert_array_equal(rebuilt, values)


@pytest.mark.parametrize("target", TARGETS)
def test_many_blocks_give_the_same_file(
    full_cube: Cube, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks.read_blocks, "__defaults__", (20_000,))
    again = open_cube(convert(full_cube, tmp_path / target).files[0])
    assert_same_values(full_cube, again)


class CancelsAt:
    """Counts progress reports and cancels after some."""

    def __init__(self, reports: int) -> None:
        self.left = reports

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("target", TARGETS)
def test_cancel_leaves_nothing_behind(
    full_cube: Cube, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks.read_blocks, "__defaults__", (20_000,))
    with pytest.raises(Cancelled):
        convert(full_cube, tmp_path / target, progress=Progress(is_cancelled=CancelsAt(2)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", TARGETS)
def test_cancelled_overwrite_keeps_the_old_file(
    full_cube: Cube, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = convert(full_cube, tmp_path / target).files
    before = sorted(path.name for path in tmp_path.iterdir())
    darker = replace(full_cube, source=ArraySource(full_cube.block() // 2))
    monkeypatch.setattr(blocks.read_blocks, "__defaults__", (20_000,))
    with pytest.raises(Cancelled):
        convert(darker, tmp_path / target, overwrite=True, progress=Progress(is_cancelled=CancelsAt(2)))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert_same_values(full_cube, open_cube(files[0]))


@pytest.mark.parametrize("target", TARGETS)
def test_overwrite_only_when_asked(full_cube: Cube, tmp_path: Path, target: str) -> None:
    files = convert(full_cube, tmp_path / target).files
    darker = replace(full_cube, source=ArraySource(full_cube.block() // 2))
    with pytest.raises(HsiError, match=r"exists already; choose another name or pass --overwrite"):
        convert(darker, tmp_path / target)
    convert(darker, tmp_path / target, overwrite=True)
    assert_same_values(darker, open_cube(files[0]))


@pytest.mark.parametrize("target", ["out.hdr", "out.img", "out.bil"])
@pytest.mark.parametrize("half", [0, 1])
def test_the_cube_itself_is_never_overwritten(
    full_cube: Cube, tmp_path: Path, target: str, half: int
) -> None:
    source = open_cube(convert(full_cube, tmp_path / "out.hdr").files[half])
    with pytest.raises(HsiError, match="belongs to the cube that is read"):
        convert(source, tmp_path / target, overwrite=True)
    assert_same_values(full_cube, source)


def test_a_link_to_the_cube_is_the_cube(full_cube: Cube, tmp_path: Path) -> None:
    source = open_cube(convert(full_cube, tmp_path / "out.zarr").files[0])
    (tmp_path / "link.zarr").symlink_to(tmp_path / "out.zarr")
    with pytest.raises(HsiError, match="belongs to the cube that is read"):
        convert(source, tmp_path / "link.zarr", overwrite=True)


def test_unknown_ending_and_absent_folder_are_told(full_cube: Cube, tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"out\.xyz has no ending that can be written; end it in one of \.hdr"
    ):
        convert(full_cube, tmp_path / "out.xyz")
    with pytest.raises(HsiError, match="absent does not exist; create it first"):
        convert(full_cube, tmp_path / "absent" / "out.hdr")


class Vast:
    """A source of 10¹⁵ values that must not be read."""

    shape = (1_000_000, 1_000_000, 1_000)
    dtype = np.dtype(np.float32)

    def read(self, *_: Any) -> NDArray[Any]:
        raise AssertionError("nothing may be read before the free space is checked")


@pytest.mark.parametrize("target", TARGETS)
def test_too_little_space_is_told_beforehand(tmp_path: Path, target: str) -> None:
    vast = Cube(Vast(), name="vast")  # type: ignore[arg-type]
    with pytest.raises(HsiError, match=r"takes 4000000\.0 GB but its disk has [\d.]+ GB free; free space"):
        convert(vast, tmp_path / target)
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
    import resource, sys
    from pathlib import Path
    import numpy as np
    from hsi_studio.core.cube import Cube
    from hsi_studio.core.source import ArraySource
    from hsi_studio.errors import HsiError
    from hsi_studio.io.convert import convert

    target = Path(sys.argv[1])
    values = np.random.default_rng(1).integers(0, 60000, (256, 256, 40), np.uint16)
    cube = Cube(ArraySource(values), name="generated")
    limit = 400_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # writing further fails, as on a full disk
    try:
        convert(cube, target)
    except HsiError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
@pytest.mark.parametrize("target", ["out.hdr", "out.bip", "out.tif", "out.npy", "out.zarr"])
def test_disk_full_midway_is_told_and_cleaned_up(tmp_path: Path, target: str) -> None:
    script = textwrap.dedent(FULL_DISK)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / target)], capture_output=True, text=True, check=False
    )
    assert "could not be written" in done.stdout, done.stderr
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_sheared_position_is_told(full_cube: Cube, tmp_path: Path) -> None:
    assert full_cube.georef is not None
    sheared = GeoReference((20.0, 5.0, 0.0, 0.0, -20.0, 0.0), full_cube.georef.crs_wkt)
    written = convert(replace(full_cube, georef=sheared), tmp_path / "out.hdr")
    assert any("sheared" in note for note in written.notes)
    assert open_cube(written.files[0]).georef is None


@pytest.mark.parametrize("reader", ["ours", "gdal"])
@pytest.mark.parametrize("angle", [0.0, 30.0, -75.0])
def test_rotated_position_reads_back(full_cube: Cube, tmp_path: Path, angle: float, reader: str) -> None:
    import rasterio

    cos, sin = 5 * np.cos(np.radians(angle)), 5 * np.sin(np.radians(angle))
    transform = (float(cos), float(sin), 1000.0, float(sin), float(-cos), 2000.0)
    cube = replace(full_cube, georef=replace(UTM, transform=transform))
    data = convert(cube, tmp_path / "out.img").files[0]
    if reader == "ours":
        assert_same_place(cube, open_cube(data))
        return
    with rasterio.open(data) as file:
        np.testing.assert_allclose(tuple(file.transform)[:6], transform, atol=1e-9)
        assert file.crs.to_epsg() == 32616


def test_others_read_what_is_written(full_cube: Cube, tmp_path: Path) -> None:
    import rasterio
    import spectral
    import xarray as xr

    values = full_cube.block()
    for name in ("a.img", "b.bil", "c.bip", "d.tif"):
        with rasterio.open(convert(full_cube, tmp_path / name).files[0]) as file:
            np.testing.assert_array_equal(file.read(), values.transpose(2, 0, 1))
            assert file.nodata == 0
    array, header = convert(full_cube, tmp_path / "e.npy").files
    np.testing.assert_array_equal(np.load(array), values)
    np.testing.assert_array_equal(spectral.open_image(str(header)).open_memmap(), values)
    with xr.open_zarr(convert(full_cube, tmp_path / "f.zarr").files[0]) as store:
        np.testing.assert_array_equal(store["cube"], values)
        np.testing.assert_array_equal(store["wavelength"], full_cube.wavelengths_nm)
        assert store["cube"].dims == ("row", "col", "band")


def test_header_of_an_array_saved_anew_is_left_out(full_cube: Cube, tmp_path: Path) -> None:
    array, _ = convert(full_cube, tmp_path / "out.npy").files
    np.save(array, np.zeros((4, 5, 6), np.float32))
    again = open_cube(array)
    assert again.shape == (4, 5, 6)
    assert again.wavelengths_nm is None
    assert any("out.npy.hdr does not fit the array" in note for note in again.notes)
