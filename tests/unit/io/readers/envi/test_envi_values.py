"""Every layout of an ENVI file reads back what NumPy wrote."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.window import Window
from hsi_studio.errors import CubeFileError
from hsi_studio.io import open_cube

KINDS = ("u1", "i2", "i4", "f4", "f8", "u2", "u4", "i8", "u8")
Write = Callable[..., Path]


def random_values(shape: tuple[int, ...], kind: str, seed: int) -> NDArray[Any]:
    """Fill a cube with random bytes, so with every extreme of the type; floats without NaN."""
    dtype = np.dtype(kind)
    raw = np.random.default_rng(seed).integers(0, 256, (*shape, dtype.itemsize), np.uint8)
    values = raw.reshape(*shape[:-1], -1).view(dtype)
    return np.where(np.isfinite(values), values, 0).astype(dtype)


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, Any]:
    shape = draw(st.tuples(*(st.integers(1, 7),) * 3))
    rows, cols, _ = shape
    row, col = draw(st.integers(0, rows - 1)), draw(st.integers(0, cols - 1))
    return {
        "shape": shape,
        "offset": draw(st.integers(0, 40)),
        "window": Window(row, col, draw(st.integers(1, rows - row)), draw(st.integers(1, cols - col))),
        "bands": draw(st.lists(st.integers(0, shape[2] - 1), max_size=8)),
        "step": draw(st.integers(1, 4)),
        "seed": draw(st.integers(0, 2**32)),
    }


@pytest.mark.parametrize("stored", list(product(KINDS, ("bil", "bip", "bsq"), "<>")))
@settings(max_examples=8, deadline=None)
@given(case=layouts())
def test_all_reads_equal_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    write_envi: Write,
    stored: tuple[str, str, str],
    case: dict[str, Any],
) -> None:
    kind, interleave, order = stored
    values = random_values(case["shape"], kind, case["seed"])
    header = tmp_path_factory.getbasetemp() / "scene.hdr"
    write_envi(header, values, interleave, order=order, offset=case["offset"])
    cube = open_cube(header)
    assert (cube.shape, cube.dtype, cube.interleave) == (values.shape, np.dtype(kind), interleave)
    window, step = case["window"], case["step"]
    cut = values[window.slices(step)]
    np.testing.assert_array_equal(cube.block(), values)
    np.testing.assert_array_equal(cube.block(window, case["bands"], step), cut[:, :, case["bands"]])
    band = case["shape"][2] - 1
    np.testing.assert_array_equal(cube.band(band, window, step), cut[:, :, band])
    np.testing.assert_array_equal(cube.spectrum(window.row, window.col), values[window.row, window.col])
    assert cube.block(window, case["bands"], step).dtype.isnative


def test_the_file_is_mapped_and_not_read(tmp_path: Path) -> None:
    data = tmp_path / "scene.img"
    with data.open("wb") as file:
        file.truncate(1 << 40)  # a sparse file of one terabyte
    data.with_suffix(".hdr").write_text(
        "ENVI\nsamples = 4096\nlines = 65536\nbands = 2048\ndata type = 12\ninterleave = bip\n"
        "byte order = 0\nheader offset = 0\nfile type = ENVI Standard\n"
    )
    cube = open_cube(data)
    assert cube.shape == (65536, 4096, 2048)
    assert cube.spectrum(65535, 4095).shape == (2048,)
    assert cube.band(1000, step=8192).shape == (8, 1)


def test_a_file_cut_short_while_open_gives_an_error_and_no_bus_error(
    tmp_path: Path, write_envi: Write, counting: NDArray[np.uint16]
) -> None:
    data = write_envi(tmp_path / "scene.hdr", counting)
    cube = open_cube(data)
    with data.open("r+b") as file:
        file.truncate(10)
    with pytest.raises(CubeFileError, match=r"scene\.img was cut short after it was opened"):
        cube.block()


def test_values_agree_with_spectral_python(shared_data: Path) -> None:
    from spectral.io import envi

    checked = 0
    for header in sorted(shared_data.rglob("*.hdr")):
        try:
            theirs = envi.open(str(header))
        except Exception:  # what it refuses is tested elsewhere
            continue
        cube = open_cube(header)
        if hasattr(theirs, "spectra"):
            expected = theirs.spectra[:, np.newaxis]
        else:
            expected = theirs.open_memmap(interleave="bip")
            theirs.fid.close()
        np.testing.assert_array_equal(cube.block(), expected)
        checked += 1
    assert checked >= 30
