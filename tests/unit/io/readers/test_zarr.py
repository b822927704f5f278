"""Zarr stores."""

import contextlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import ChoiceNeeded, CubeFileError, HsiError
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.zarr_store import ZarrReader

AssertReads = Callable[[Cube, NDArray[Any]], None]


def read(path: Path, **options: Any) -> Cube:
    assert ZarrReader().recognises(path)
    return ZarrReader().open(path, OpenOptions(**options), Progress())


def filled(shape: tuple[int, ...], dtype: str = "f4") -> NDArray[Any]:
    return (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)


@given(
    dtype=st.sampled_from(["u1", "i2", ">u2", "f4", ">f8", "b1"]),
    shape=st.tuples(st.integers(2, 9), st.integers(2, 9), st.integers(2, 9)),
    axis=st.integers(0, 2),
    version=st.sampled_from([2, 3]),
    bare=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_every_type_and_version_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    assert_reads: AssertReads,
    *,
    dtype: str,
    shape: tuple[int, int, int],
    axis: int,
    version: Any,
    bare: bool,
) -> None:
    values = filled(shape, dtype)
    stored = np.moveaxis(values, 2, axis)
    path = tmp_path_factory.mktemp("zarr") / "a.zarr"
    chunks = tuple(min(4, n) for n in stored.shape)
    name = None if bare else "deep/image"
    zarr.create_array(path, name=name, data=np.ascontiguousarray(stored), chunks=chunks, zarr_format=version)
    assert_reads(read(path, band_axis=axis), values)


def write_ours(path: Path, values: NDArray[Any]) -> None:
    group = zarr.open_group(path, mode="w")
    group.create_array("cube", data=values, chunks=(4, 4, 4), dimension_names=("row", "col", "band"))
    bands = values.shape[2]
    wave = group.create_array(
        "wavelength", data=np.linspace(0.9, 2.5, bands) * 1000, dimension_names=("band",)
    )
    wave.attrs["units"] = "nm"
    group.create_array("fwhm", data=np.full(bands, 7.0), dimension_names=("band",))
    good = np.ones(bands, np.uint8)
    good[3] = 0
    group.create_array("good_bands", data=good, dimension_names=("band",))
    group.attrs.update(
        {
            "scale_factor": 10000.0,
            "nodata": -1.0,
            "quantity": "reflectance",
            "default_bands": [5, 3, 1],
            "band_names": [f"b{i}" for i in range(bands)],
            "transform": [30.0, 0.0, 5.0, 0.0, -30.0, 6.0],
            "crs_wkt": 'LOCAL_CS["here"]',
            "classes": [{"id": 1, "name": "a", "color": [1, 2, 3]}],
        }
    )


def test_our_own_layout(tmp_path: Path, assert_reads: AssertReads) -> None:
    values = filled((9, 9, 9), "i2")
    write_ours(tmp_path / "a.zarr", values)
    cube = read(tmp_path / "a.zarr")
    assert_reads(cube, values)
    assert cube.band_axis is None
    assert cube.notes == ()
    assert (cube.scale_factor, cube.nodata, cube.quantity) == (10000, -1, "reflectance")
    assert cube.default_bands == (5, 3, 1)
    assert cube.band_names[4] == "b4"
    assert cube.covers(900, 2500)
    np.testing.assert_array_equal(np.flatnonzero(cube.bad_bands), [3])
    assert cube.georef is not None
    assert cube.georef.transform == (30, 0, 5, 0, -30, 6)
    assert cube.classes is not None
    assert cube.classes.entries[0].color == (1, 2, 3)


def test_what_xarray_writes(tmp_path: Path, assert_reads: AssertReads) -> None:
    values = filled((5, 6, 7))
    data = xr.DataArray(
        values, dims=("band", "x", "y"), coords={"band": np.linspace(400, 800, 5)}, name="refl"
    )
    data.to_dataset().to_zarr(tmp_path / "a.zarr", zarr_format=2, consolidated=True)
    cube = read(tmp_path / "a.zarr")
    assert_reads(cube, values.transpose(2, 1, 0))
    assert cube.covers(400, 800)


def test_fingerprint_follows_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    write_ours(path, filled((9, 9, 9), "i2"))
    first = read(path).fingerprint
    assert len(first) == 32
    path.rename(tmp_path / "b.zarr")
    assert read(tmp_path / "b.zarr").fingerprint == first
    zarr.open_group(tmp_path / "b.zarr", mode="a").attrs["nodata"] = 7
    assert read(tmp_path / "b.zarr").fingerprint != first


def test_two_cubes_need_a_choice(tmp_path: Path) -> None:
    group = zarr.open_group(tmp_path / "a.zarr", mode="w")
    group.create_array("one", data=filled((4, 5, 6)))
    group.create_array("two", data=filled((4, 5, 7)))
    with pytest.raises(ChoiceNeeded, match=r"--variable: (one, two|two, one)"):
        read(tmp_path / "a.zarr")
    assert read(tmp_path / "a.zarr", variable="two").bands == 7


@pytest.mark.parametrize("place", [{"filters": [{"id": "pickle"}]}, {"compressor": {"id": "pickle"}}])
def test_pickled_chunks_are_never_decoded(tmp_path: Path, place: dict[str, Any]) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "ran",)

    path = tmp_path / "a.zarr"
    path.mkdir()
    array = {
        "zarr_format": 2, "shape": [2, 2, 2], "chunks": [2, 2, 2], "dtype": "<f4", "compressor": None,
        "fill_value": 0, "order": "C", "filters": None, **place,
    }  # fmt: skip
    (path / ".zarray").write_text(json.dumps(array))
    (path / "0.0.0").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(CubeFileError, match=r"pickle|could run code"):
        read(path).block()
    assert not (tmp_path / "ran").exists()


def test_missing_and_damaged_chunks(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    zarr.create_array(path, data=filled((8, 8, 8)), chunks=(4, 8, 8))
    chunks = sorted(file for file in path.rglob("c/*/*/*") if file.is_file())
    chunks[1].write_bytes(b"rubbish")
    cube = read(path)
    np.testing.assert_array_equal(cube.block(cube.window.clipped(4, 8)), filled((8, 8, 8))[:4])
    with pytest.raises(CubeFileError, match="damaged"):
        cube.block()


@given(data=st.data())
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_any_change_of_metadata_ends_in_a_cube_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.zarr"
    version: Any = data.draw(st.sampled_from([2, 3]))
    zarr.create_array(path, name="cube", data=filled((4, 5, 6)), chunks=(2, 5, 6), zarr_format=version)
    files = [file for file in sorted(path.rglob("*")) if file.is_file()]
    file = data.draw(st.sampled_from(files))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(
        content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content
    )
    with contextlib.suppress(HsiError):
        ZarrReader().open(path, OpenOptions(), Progress()).block()
