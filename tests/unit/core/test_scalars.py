"""Rasters of numbers, and class rasters with some classes hidden."""

import numpy as np

from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.colormaps import lut
from hsi_studio.core.scalars import ScalarRaster, colors_without
from hsi_studio.core.window import Window


def test_values_take_the_colours_of_the_map_and_gaps_are_transparent() -> None:
    values = np.array([[0.0, 1.0, 0.5], [-3.0, 9.0, np.nan]], np.float32)
    raster = ScalarRaster("Confidence", values, colormap="cividis")
    rgba = raster.colors()[raster.indices(Window(0, 0, 2, 3))]
    shades = lut("cividis")
    assert rgba[0, :, :3].tolist() == [shades[0].tolist(), shades[255].tolist(), shades[128].tolist()]
    assert rgba[1, :2, :3].tolist() == [shades[0].tolist(), shades[255].tolist()]
    assert rgba[1, 2].tolist() == [0, 0, 0, 0]
    assert (rgba[0, :, 3] == 255).all()


def test_the_ends_of_the_colour_map_can_be_set() -> None:
    raster = ScalarRaster("Height", np.array([[10.0, 20.0]]), low=10, high=20)
    assert raster.indices(Window(0, 0, 1, 2)).tolist() == [[1, 256]]


def test_only_the_window_is_looked_at() -> None:
    values = np.broadcast_to(np.float32(0.5), (20_000, 20_000))
    assert ScalarRaster("Confidence", values).indices(Window(100, 200, 30, 40), 10).shape == (3, 4)


def test_hidden_classes_and_unknown_ids_are_transparent() -> None:
    ids = np.array([[0, 1, 2, 3, -1]], np.int16)
    raster = ClassRaster("Truth", ids, ClassTable.from_names(["corn", "woods"]))
    drawn = colors_without(raster, {1, 77})[raster.indices(Window(0, 0, 1, 5))]
    assert drawn[0, :, 3].tolist() == [0, 0, 255, 0, 0]
    assert raster.rgba()[0, :, 3].tolist() == [0, 255, 255, 0, 0]
