"""HDF5 and NetCDF files."""

import contextlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import ChoiceNeeded, CubeFileError, HsiError
from hsi_studio.io.arrays.boxes import ChunkedSource
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.hdf5 import Hdf5File, Hdf5Reader

AssertReads = Callable[[Cube, NDArray[Any]], None]


def read(path: Path, **options: Any) -> Cube:
    return Hdf5Reader().open(path, OpenOptions(**options), Progress())


def filled(shape: tuple[int, ...], dtype: str = "f4") -> NDArray[Any]:
    return (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)


@given(
    dtype=st.sampled_from(["<u1", ">i2", "<u2", ">f4", "<f4", "<f8", "|b1", "<f2", ">i8"]),
    shape=st.tuples(st.integers(2, 12), st.integers(2, 12), st.integers(2, 12)),
    axis=st.integers(0, 2),
    storage=st.sampled_from(["contiguous", "chunked", "packed"]),
    userblock=st.sampled_from([0, 512]),
)
@settings(max_examples=60, deadline=None)
def test_every_type_and_storage_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    assert_reads: AssertReads,
    *,
    dtype: str,
    shape: tuple[int, int, int],
    axis: int,
    storage: str,
    userblock: int,
) -> None:
    values = filled(shape, dtype)
    stored = np.moveaxis(values, 2, axis)
    path = tmp_path_factory.mktemp("h5") / "cube.h5"
    chunks = None if storage == "contiguous" else tuple(min(3, n) for n in stored.shape)
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file.create_dataset(
            "a/cube", data=stored, chunks=chunks, compression="gzip" if storage == "packed" else None
        )
    assert Hdf5Reader().recognises(path)
    cube = read(path, band_axis=axis)
    assert isinstance(cube.source, MappedSource if storage == "contiguous" else ChunkedSource)
    assert_reads(cube, values)


def test_units_and_names_of_neighbours_become_wavelengths(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["scene/radiance"] = filled((5, 6, 7))
        file["scene/centers"] = np.linspace(0.4, 2.5, 7)
        file["scene/centers"].attrs["units"] = "um"
        file["scene/fwhm"] = np.full(7, 0.01)
        file["scene/good_bands"] = np.array([1, 1, 0, 1, 1, 1, 1], np.uint8)
        file["title"] = "text"
    cube = read(tmp_path / "a.h5")
    assert cube.quantity == "radiance"
    assert cube.wavelengths_nm is not None
    np.testing.assert_allclose(cube.wavelengths_nm[[0, -1]], [400, 2500])
    np.testing.assert_allclose(cube.fwhm_nm, 10)
    np.testing.assert_array_equal(np.flatnonzero(cube.bad_bands), [2])


def test_two_cubes_need_a_choice_by_path(tmp_path: Path, assert_reads: AssertReads) -> None:
    values = filled((5, 6, 7))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["one/data"] = values
        file["two/data"] = values + 1
    with pytest.raises(ChoiceNeeded, match="one/data, two/data"):
        read(tmp_path / "a.h5")
    assert_reads(read(tmp_path / "a.h5", variable="/two/data"), values + 1)


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["cube"] = filled((5, 6, 7))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"] = h5py.ExternalLink("other.h5", "/cube")
        file["soft"] = h5py.SoftLink("/nowhere")
    with pytest.raises(CubeFileError, match="no image"):
        read(tmp_path / "a.h5")


def test_cf_attributes_scale_and_mask(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        for name, size in (("band", 5), ("y", 6), ("x", 7)):
            file.createDimension(name, size)
        data = file.createVariable("refl", "i2", ("band", "y", "x"), fill_value=-1)
        data.set_auto_maskandscale(False)
        data.scale_factor = 0.0001
        data.long_name = "surface reflectance"
        data[:] = filled((5, 6, 7), "i2") - 1
        wave = file.createVariable("wavelength", "f4", ("band",))
        wave.units = "nm"
        wave[:] = [400, 500, 600, 700, 800]
    cube = read(tmp_path / "a.nc")
    assert cube.shape == (6, 7, 5)
    assert cube.band_axis is None
    assert (cube.scale_factor, cube.nodata, cube.quantity) == (10_000, -1, "reflectance")
    assert np.isnan(cube.physical(cube.block())[0, 0, 0])
    np.testing.assert_array_equal(cube.wavelengths_nm, [400, 500, 600, 700, 800])


def test_offset_makes_physical_values(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data"] = filled((4, 5, 6), "i2")
        file["data"].attrs.update({"scale_factor": 0.5, "add_offset": 10.0, "_FillValue": np.int16(3)})
    cube = read(tmp_path / "a.h5")
    expected = filled((4, 5, 6)) * 0.5 + 10
    expected[0, 0, 3] = np.nan
    np.testing.assert_allclose(cube.block(), expected)
    assert cube.scale_factor == 1


@pytest.mark.parametrize("form", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET"])
@pytest.mark.parametrize("record", [False, True])
def test_classic_netcdf(tmp_path: Path, assert_reads: AssertReads, form: Any, record: bool) -> None:
    values = filled((6, 7, 5), "f4")
    with netCDF4.Dataset(tmp_path / "a.nc", "w", format=form) as file:
        file.createDimension("y", None if record else 6)
        file.createDimension("x", 7)
        file.createDimension("band", 5)
        file.createVariable("cube", "f4", ("y", "x", "band"))[:] = values
        wave = file.createVariable("wavelength", "f8", ("band",))
        wave.units = "nm"
        wave[:] = np.arange(400, 405)
        file.createVariable("count", "i4", ())[:] = 3
    cube = read(tmp_path / "a.nc")
    assert_reads(cube, values)
    assert cube.covers(400, 404)


def test_sparse_giant_opens_without_memory(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("cube", (100_000, 100_000, 100), "f4", chunks=(64, 64, 10))
    cube = read(tmp_path / "a.h5", band_axis=2)
    assert cube.spectrum(99_999, 5).shape == (100,)
    assert cube.band(3, step=5000).shape == (20, 20)


def test_file_cut_short_after_opening(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "cube", data=np.random.default_rng(1).random((64, 64, 64)), chunks=(8, 8, 8), compression=1
        )
    cube = read(path)
    with path.open("r+b") as raw:
        raw.truncate(20_000)
    with pytest.raises(CubeFileError, match="damaged"):
        cube.block()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        b"\x89HDF\r\n\x1a\n",
        b"CDF\x01",
        b"CDF\x02" + b"\xff" * 40,
        b"\x0e\x03\x13\x01" + b"0" * 99,
        b"CDF\x05" + b"\0" * 99,
    ],
)
def test_no_hdf5_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.h5").write_bytes(content)
    assert Hdf5Reader().recognises(tmp_path / "a.h5")
    with pytest.raises(CubeFileError):
        read(tmp_path / "a.h5")


@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_any_change_of_bytes_ends_in_a_cube_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.nc"
    form: Any = data.draw(st.sampled_from(["NETCDF4", "NETCDF3_CLASSIC"]))
    with netCDF4.Dataset(path, "w", format=form) as file:
        for name, size in (("y", 4), ("x", 5), ("band", 6)):
            file.createDimension(name, size)
        file.createVariable("cube", "f4", ("y", "x", "band"))[:] = filled((4, 5, 6))
        file.createVariable("wavelength", "f8", ("band",))[:] = np.arange(400, 406)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(HsiError):
            read(path).block()


def test_a_data_set_whose_name_is_no_text_is_left_out(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["HDFEOS/cube"] = np.zeros((3, 4, 5))
        file[b"HDFEOS/\xff\xfe"] = np.zeros((3, 4, 6))
    assert [v.name for v in Hdf5File(tmp_path / "a.h5").variables()] == ["HDFEOS/cube"]
    assert read(tmp_path / "a.h5").shape == (3, 4, 5)
