"""MATLAB files of versions 5 and 7.3."""

import contextlib
import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.io import loadmat, savemat

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import ChoiceNeeded, CubeFileError, HsiError
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.matlab import MatlabReader

AssertReads = Callable[[Cube, NDArray[Any]], None]

_CLASSES = {"f8": "double", "f4": "single", "i2": "int16", "u2": "uint16", "u1": "uint8", "i4": "int32"}


def read(path: Path, **options: Any) -> Cube:
    return MatlabReader().open(path, OpenOptions(**options), Progress())


def save73(path: Path, variables: dict[str, NDArray[Any]], **storage: Any) -> None:
    """Write what MATLAB writes with -v7.3: a user block, reversed axes, and the class of each variable."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in variables.items():
            data = file.create_dataset(
                name, data=np.asarray(values).T, **(storage if values.ndim > 1 else {})
            )
            data.attrs["MATLAB_class"] = np.bytes_(_CLASSES[values.dtype.str[1:]])
        file.create_group("#refs#").create_dataset("a", data=np.zeros((2, 2, 2)))
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64")


@given(
    dtype=st.sampled_from(sorted(_CLASSES)),
    shape=st.tuples(st.integers(2, 7), st.integers(2, 7), st.integers(2, 7)),
    axis=st.integers(0, 2),
    version=st.sampled_from(["5", "5 packed", "7.3", "7.3 packed"]),
)
@settings(max_examples=60, deadline=None)
def test_every_type_and_version_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    assert_reads: AssertReads,
    *,
    dtype: str,
    shape: tuple[int, int, int],
    axis: int,
    version: str,
) -> None:
    values = (np.arange(np.prod(shape)) % 113).reshape(shape).astype(dtype)
    stored = np.moveaxis(values, 2, axis)
    path = tmp_path_factory.mktemp("mat") / "cube.mat"
    if version.startswith("5"):
        savemat(path, {"cube": stored}, do_compression="packed" in version)
    else:
        save73(
            path,
            {"cube": stored},
            **({"chunks": (2, 2, 1), "compression": "gzip"} if "packed" in version else {}),
        )
    assert MatlabReader().recognises(path)
    cube = read(path, band_axis=axis)
    assert_reads(cube, values)
    assert cube.format == f"MATLAB {version.split(maxsplit=1)[0]}"


def test_v73_takes_wavelengths_and_leaves_references_alone(tmp_path: Path) -> None:
    nm = np.linspace(400, 900, 9)[:, np.newaxis]
    save73(tmp_path / "a.mat", {"img": np.zeros((9, 8, 9), "f4"), "wavelengths": nm})
    cube = read(tmp_path / "a.mat")
    assert cube.shape == (9, 8, 9)
    assert cube.wavelengths_nm is not None
    np.testing.assert_allclose(cube.wavelengths_nm, nm[:, 0])


@pytest.mark.parametrize("by_row", [False, True])
@pytest.mark.parametrize("pixels_first", [False, True])
def test_flat_matrix_takes_the_smoother_order(tmp_path: Path, by_row: bool, pixels_first: bool) -> None:
    rows, cols, bands = 20, 30, 6
    y, x = np.mgrid[:rows, :cols]
    image = np.sin(y / 7)[..., np.newaxis] + x[..., np.newaxis] / 20 * np.arange(1, bands + 1)
    pixels = image.reshape(-1, bands) if by_row else image.transpose(1, 0, 2).reshape(-1, bands)
    matrix = pixels if pixels_first else pixels.T
    savemat(tmp_path / "a.mat", {"V": matrix, "nRow": rows, "nCol": cols, "A": np.zeros((3, rows * cols))})
    cube = read(tmp_path / "a.mat")
    np.testing.assert_allclose(cube.block(), image)
    assert any(("rows" if by_row else "columns") in note for note in cube.notes)


def test_samson_is_column_major(shared_data: Path) -> None:
    path = shared_data / "samson" / "samson_1.mat"
    cube = read(path)
    matrix = loadmat(path)["V"]
    assert cube.shape == (95, 95, 156)
    np.testing.assert_array_equal(cube.spectrum(3, 40), matrix[:, 40 * 95 + 3])


def test_cells_structs_and_text_are_no_cubes(tmp_path: Path) -> None:
    savemat(
        tmp_path / "a.mat", {"s": {"cube": np.zeros((3, 4, 5))}, "c": np.array(["x", 1], object), "t": "text"}
    )
    with pytest.raises(CubeFileError, match="holds no image"):
        read(tmp_path / "a.mat")


def test_complex_cube_is_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"z": np.zeros((3, 4, 5)) + 1j})
    with pytest.raises(CubeFileError, match=r"z in a\.mat holds complex numbers"):
        read(tmp_path / "a.mat")


def test_uncompressed_values_stay_in_the_file(shared_data: Path) -> None:
    cube = read(shared_data / "abu" / "abu-airport-1.mat")
    assert isinstance(cube.source, MappedSource)


def test_unknown_type_of_values_is_refused(tmp_path: Path) -> None:
    """SciPy would end the process with a segmentation fault."""
    savemat(tmp_path / "a.mat", {"cube": np.zeros((3, 4, 5))})
    content = bytearray((tmp_path / "a.mat").read_bytes())
    place = content.index(struct.pack("<II", 9, 480))  # double, 60 values
    content[place : place + 4] = struct.pack("<I", 200)
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(CubeFileError, match="not what the file declares"):
        read(tmp_path / "a.mat")


def test_two_cubes_need_a_choice(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"a": np.zeros((3, 4, 5)), "b": np.zeros((3, 4, 6))})
    with pytest.raises(ChoiceNeeded, match="--variable: a, b"):
        read(tmp_path / "a.mat")
    assert read(tmp_path / "a.mat", variable="b").bands == 6


@pytest.mark.parametrize(
    "content",
    [b"", b"MATLAB", b"hello world" * 50, b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM" + b"\xff" * 99],
)
def test_no_matlab_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mat").write_bytes(content)
    assert MatlabReader().recognises(tmp_path / "a.mat")
    with pytest.raises(CubeFileError):
        read(tmp_path / "a.mat")


@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_any_change_of_bytes_ends_in_a_cube_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.mat"
    variables = {"cube": np.arange(60.0).reshape(3, 4, 5), "wavelengths": np.arange(400.0, 405.0)}
    if data.draw(st.booleans()):
        buffer = io.BytesIO()
        savemat(buffer, variables, do_compression=data.draw(st.booleans()))
        content = bytearray(buffer.getvalue())
    else:
        save73(path, variables)
        content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    path.write_bytes(content)
    with contextlib.suppress(HsiError):
        read(path).block()


def test_what_a_struct_is_called_is_said(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"scene": {"cube": np.zeros((3, 4, 5))}})
    with pytest.raises(CubeFileError, match=r"but scene \(struct\); save the array by itself"):
        read(tmp_path / "a.mat")


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"II*\x00\x08\x00\x00\x00", b"col,row\n1,2\n"]
)
def test_another_kind_of_file_is_not_called_a_damaged_one(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "pic.mat"
    path.write_bytes(start + bytes(300))
    with pytest.raises(CubeFileError, match=r"pic\.mat is no MATLAB file, though its name ends so; give it"):
        read(path)
