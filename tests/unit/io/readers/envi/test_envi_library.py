"""Spectral libraries."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.library import SpectralLibrary
from hsi_studio.errors import CubeFileError, HsiError
from hsi_studio.io import open_cube
from hsi_studio.io.envi_library import read_library, write_library


@pytest.fixture
def library(rng: np.random.Generator) -> SpectralLibrary:
    spectra = rng.random((3, 50), np.float32)
    spectra[1, 7] = np.nan
    return SpectralLibrary(("leaf", "dry grass", "Gras, grün {2}"), np.linspace(400, 2500, 50), spectra)


def test_what_is_written_reads_back(tmp_path: Path, library: SpectralLibrary) -> None:
    files = write_library(tmp_path / "own.sli", library)
    assert files == (tmp_path / "own.sli", tmp_path / "own.hdr")
    for path in files:
        again = read_library(path)
        assert again.names == ("leaf", "dry grass", "Gras; grün (2)")
        np.testing.assert_array_equal(again.spectra, library.spectra)
        assert again.wavelengths_nm is not None
        assert library.wavelengths_nm is not None
        np.testing.assert_allclose(again.wavelengths_nm, library.wavelengths_nm)


def test_spectral_python_reads_what_is_written(tmp_path: Path, library: SpectralLibrary) -> None:
    from spectral.io import envi

    _, header = write_library(tmp_path / "own.hdr", library)
    theirs = envi.open(str(header))
    np.testing.assert_array_equal(theirs.spectra, library.spectra)
    assert theirs.names[:2] == ["leaf", "dry grass"]
    np.testing.assert_allclose(theirs.bands.centers, library.wavelengths_nm)


def test_a_library_without_wavelengths(tmp_path: Path, library: SpectralLibrary) -> None:
    write_library(tmp_path / "own.sli", SpectralLibrary(library.names, None, library.spectra))
    assert read_library(tmp_path / "own.sli").wavelengths_nm is None


def test_a_library_opens_as_a_cube_with_one_spectrum_per_row(
    tmp_path: Path, library: SpectralLibrary
) -> None:
    write_library(tmp_path / "own.sli", library)
    cube = open_cube(tmp_path / "own.sli")
    assert (cube.shape, cube.format) == ((3, 1, 50), "ENVI spectral library")
    np.testing.assert_array_equal(cube.spectrum(2, 0), library.spectra[2])
    assert "3 rows is one spectrum: leaf, dry grass" in cube.notes[0]


def test_writing_into_a_missing_folder_changes_nothing(tmp_path: Path, library: SpectralLibrary) -> None:
    with pytest.raises(HsiError, match="does not exist"):
        write_library(tmp_path / "no" / "own.sli", library)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "shape", "missing"),
    [("s06av95a_envi", (1365, 224), 50_067), ("s07_AV95_envi", (3139, 224), None)],
)
def test_deleted_points_of_the_usgs_libraries_are_nan(
    shared_data: Path, name: str, shape: tuple[int, int], missing: int | None
) -> None:
    library = read_library(shared_data / "pycoal_avirisng" / f"{name}.sli")
    assert library.spectra.shape == shape
    assert np.nanmin(library.spectra) > -10
    if missing is not None:
        assert np.isnan(library.spectra).sum() == missing
    assert library.names[-1].strip() == library.names[-1] != ""
    assert library.wavelengths_nm is not None
    assert 380 < library.wavelengths_nm[0] < 390


def test_a_header_with_two_endings(shared_data: Path) -> None:
    for path in ("spectra.sli", "spectra.sli.hdr"):
        assert read_library(shared_data / "speclibs" / path).spectra.shape == (7261, 180)


def test_too_few_names_are_continued_with_numbers(
    tmp_path: Path, write_envi: Callable[..., Path], counting: NDArray[np.uint16]
) -> None:
    fields = {"file type": "ENVI Spectral Library", "spectra names": "{a, b}", "data ignore value": 1}
    write_envi(tmp_path / "own.hdr", counting[:, :, :1], suffix=".sli", fields=fields)
    library = read_library(tmp_path / "own.sli")
    assert library.names == ("a", "b", "3", "4")
    np.testing.assert_array_equal(library.spectra, counting[:, :, 0])


def test_an_image_is_no_library(
    tmp_path: Path, write_envi: Callable[..., Path], counting: NDArray[np.uint16]
) -> None:
    write_envi(tmp_path / "scene.hdr", counting)
    with pytest.raises(CubeFileError, match=r"scene\.hdr is an image, not a spectral library"):
        read_library(tmp_path / "scene.hdr")


def test_names_and_wavelengths_must_fit_the_spectra() -> None:
    spectra = np.zeros((2, 3), np.float32)
    with pytest.raises(ValueError, match="1 names for 2 spectra"):
        SpectralLibrary(("a",), None, spectra)
    with pytest.raises(ValueError, match="4 wavelengths for 3 bands"):
        SpectralLibrary(("a", "b"), np.arange(4.0), spectra)


def test_the_header_of_an_image_is_not_replaced(
    tmp_path: Path, library: SpectralLibrary, write_envi: Callable[..., Path], counting: NDArray[np.uint16]
) -> None:
    write_envi(tmp_path / "scene.hdr", counting)
    with pytest.raises(HsiError, match=r"scene\.hdr is the header of an image"):
        write_library(tmp_path / "scene.sli", library)
    np.testing.assert_array_equal(open_cube(tmp_path / "scene.img").block(), counting)
    write_library(tmp_path / "own.sli", library)
    write_library(tmp_path / "own.sli", library)
