"""Files that become a layer of classes, and those that are refused."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.app.class_rasters import class_raster
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.errors import CubeFileError

MakeCube = Callable[..., Cube]


@pytest.fixture
def over(make_cube: MakeCube) -> Cube:
    return make_cube(np.zeros((3, 4, 10), np.float32), name="scene")


def test_ids_that_are_not_contiguous_keep_their_numbers(make_cube: MakeCube, over: Cube) -> None:
    ids = np.array([[0, 1, 10, 14]] * 3, np.uint8)
    raster = class_raster(make_cube(ids[:, :, None], name="gt"), over)
    np.testing.assert_array_equal(raster.ids, ids)
    assert [entry.id for entry in raster.classes] == [1, 10, 14]
    assert [entry.name for entry in raster.classes] == ["Class 1", "Class 10", "Class 14"]
    assert len({entry.color for entry in raster.classes}) == 3


def test_names_of_the_file_are_kept(make_cube: MakeCube, over: Cube) -> None:
    classes = ClassTable.from_names(["Water", "Soil"])
    assert class_raster(make_cube(np.ones((3, 4, 1), np.uint8), classes=classes), over).classes is classes


def test_nodata_and_nan_are_unlabelled(make_cube: MakeCube, over: Cube) -> None:
    values = np.full((3, 4, 1), 2.0, np.float32)
    values[0, 0], values[0, 1] = np.nan, -9999
    raster = class_raster(make_cube(values, nodata=-9999), over)
    assert raster.ids[0].tolist() == [0, 0, 2, 2]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((3, 4, 2), np.uint8), "2 bands"),
        (np.zeros((5, 6, 1), np.uint8), r"5 × 6 pixels but scene has 3 × 4"),
        (np.full((3, 4, 1), 0.5, np.float32), "not class numbers"),
        (np.full((3, 4, 1), -1, np.int16), "not class numbers"),
        (np.full((3, 4, 1), 60000, np.uint16), "not class numbers"),
    ],
)
def test_other_files_are_refused(
    make_cube: MakeCube, over: Cube, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]], words: str
) -> None:
    with pytest.raises(CubeFileError, match=words):
        class_raster(make_cube(values, name="gt"), over)
