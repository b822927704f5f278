"""NumPy files."""

import contextlib
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import ChoiceNeeded, CubeFileError, HsiError
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.npy import NumpyReader

AssertReads = Callable[[Cube, NDArray[Any]], None]

_TYPES = ["<u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">u4", "<i8", "<f2", "<f4", ">f4", "<f8", ">f8", "|b1"]


def read(path: Path, **options: Any) -> Cube:
    return NumpyReader().open(path, OpenOptions(**options), Progress())


def filled(shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    return (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)


@given(
    dtype=st.sampled_from(_TYPES),
    order=st.sampled_from("CF"),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)),
    axis=st.integers(0, 2),
    archive=st.sampled_from(["npy", "npz", "packed"]),
)
@settings(max_examples=80, deadline=None)
def test_every_type_and_order_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    assert_reads: AssertReads,
    *,
    dtype: str,
    order: str,
    shape: tuple[int, int, int],
    axis: int,
    archive: str,
) -> None:
    values = filled(shape, dtype)
    stored = np.asarray(np.moveaxis(values, 2, axis), order=order)  # type: ignore[call-overload]
    path = tmp_path_factory.mktemp("npy") / ("cube.npy" if archive == "npy" else "cube.npz")
    save = {"npy": np.save, "npz": np.savez, "packed": np.savez_compressed}[archive]
    save(path, stored) if archive == "npy" else save(path, scene=stored)
    cube = read(path, band_axis=axis)
    assert_reads(cube, values)
    assert cube.band_axis == axis


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_header_versions(tmp_path: Path, assert_reads: AssertReads, version: tuple[int, int]) -> None:
    values = filled((3, 4, 5), "<f4")
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array(file, values, version=version)
    assert_reads(read(tmp_path / "a.npy"), values)


def test_indian_pines_is_mapped(indian_pines_files: tuple[Path, Path], assert_reads: AssertReads) -> None:
    path, truth = indian_pines_files
    assert_reads(read(path), np.load(path))
    assert read(path).shape == (145, 145, 200)
    assert read(truth).shape == (145, 145, 1)
    assert isinstance(read(path).source, MappedSource)


def test_wavelengths_beside_the_cube(tmp_path: Path) -> None:
    nm = np.linspace(400, 1000, 12)
    np.savez(tmp_path / "a.npz", wavelengths=nm, fwhm=np.full(12, 5.0), data=filled((12, 12, 12), "f4"))
    cube = read(tmp_path / "a.npz")
    assert cube.wavelengths_nm is not None
    np.testing.assert_allclose(cube.wavelengths_nm, nm)
    np.testing.assert_allclose(cube.fwhm_nm, 5.0)


def test_wavelengths_decide_the_axis(tmp_path: Path, assert_reads: AssertReads) -> None:
    stored = filled((12, 30, 31), "f4")
    np.savez(tmp_path / "a.npz", wl_um=np.linspace(0.4, 2.5, 12), data=stored)
    cube = read(tmp_path / "a.npz")
    assert_reads(cube, stored.transpose(1, 2, 0))
    assert cube.covers(400, 2500)


def test_several_cubes_are_for_the_user_to_choose(tmp_path: Path, assert_reads: AssertReads) -> None:
    path = tmp_path / "two.npz"
    a, b = filled((5, 6, 7), "f4"), filled((5, 6, 8), "f4")
    np.savez(path, a=a, b=b, truth=np.zeros((5, 6), int))
    with pytest.raises(ChoiceNeeded) as caught:
        read(path)
    assert caught.value.option == "variable"
    assert [choice.value for choice in caught.value.choices] == ["a", "b"]
    assert "5 × 6 × 8 float32" in caught.value.choices[1].text
    assert_reads(read(path, variable="b"), b)
    assert read(path, variable="truth").bands == 1
    with pytest.raises(CubeFileError, match="no variable c; choose one of these: a, b, truth"):
        read(path, variable="c")


def test_preview_beside_the_cube_is_passed_over(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", rgb=filled((5, 6, 3), "u1"), data=filled((5, 6, 9), "f4"))
    cube = read(tmp_path / "a.npz")
    assert cube.bands == 9
    assert any("also holds rgb" in note for note in cube.notes)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((2, 3, 4), complex), "complex numbers"),
        (np.zeros((2, 3, 4), "S3"), "instead of numbers"),
        (np.zeros((2, 3, 4), [("a", int)]), "instead of numbers"),
        (np.zeros((2, 3, 0)), "empty"),
        (np.zeros(7), "is 7, not an image"),
        (np.zeros((2, 2, 2, 2)), "not an image"),
        (np.float64(3), "a single number, not an image"),
    ],
)
def test_what_is_no_cube_is_refused(tmp_path: Path, values: NDArray[Any], message: str) -> None:
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(CubeFileError, match=message):
        read(tmp_path / "a.npy")


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "ran",)

    values = np.array([[[Trap()]]], object)
    np.save(tmp_path / "a.npy", values, allow_pickle=True)
    np.savez(tmp_path / "a.npz", data=values, allow_pickle=True)
    for name in ("a.npy", "a.npz"):
        with pytest.raises(CubeFileError, match="could run code"):
            read(tmp_path / name)
    assert not (tmp_path / "ran").exists()


def test_axes_of_length_one_are_dropped(tmp_path: Path, assert_reads: AssertReads) -> None:
    values = filled((4, 5, 6), "f4")
    np.save(tmp_path / "a.npy", values[np.newaxis])
    assert_reads(read(tmp_path / "a.npy"), values)


def header_of(shape: str) -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    "shape", ["(10000, 10000, 10000)", "(2**40, 3, 4)", "(99999999999999999999, 9, 9)", "(-1, 2, 3)"]
)
def test_absurd_shapes_allocate_nothing(tmp_path: Path, shape: str) -> None:
    (tmp_path / "a.npy").write_bytes(header_of(shape) + b"1234")
    with pytest.raises(CubeFileError):
        read(tmp_path / "a.npy")


def test_truncated_file_says_both_sizes(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((100, 100, 100)))
    with (tmp_path / "a.npy").open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(CubeFileError, match=r"100 × 100 × 100 values of 8 bytes \(8 MB\).*1 MB long; copy"):
        read(tmp_path / "a.npy")


def test_file_cut_short_after_opening(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((100, 100, 100)))
    cube = read(path)
    with path.open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(CubeFileError, match="cut short"):
        cube.block()


def test_forged_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.npy", header_of("(10000, 10000, 10000)") + bytes(1000))
    with pytest.raises(CubeFileError, match="larger than the archive can hold"):
        read(path)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x93NUMPY", b"PK\x03\x04", b"\x93NUMPY\x01\x00\xff\xff{"]
)
def test_no_numpy_file(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert NumpyReader().recognises(tmp_path / name)
    with pytest.raises(CubeFileError):
        read(tmp_path / name)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_change_of_bytes_ends_in_a_cube_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    buffer = io.BytesIO()
    save = data.draw(st.sampled_from([np.save, np.savez, np.savez_compressed]))
    save(buffer, filled((4, 5, 6), "<f4"))
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content
    path = tmp_path_factory.mktemp("fuzz") / ("a.npy" if save is np.save else "a.npz")
    path.write_bytes(content)
    with contextlib.suppress(HsiError):
        read(path).block()
