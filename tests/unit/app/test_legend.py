"""Areas of classes, counted away from the GUI thread."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.legend import Legend, LegendService, class_counts, legend
from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.ground import pixel_area
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.core.view import SingleBand, ViewSpec

MakeCube = Callable[..., Cube]
TABLE = ClassTable.from_names(["corn", "woods", "oats"])


def _wkt(code: int) -> str:
    from pyproj import CRS

    return str(CRS.from_epsg(code).to_wkt())


def test_pixels_shares_and_hectares() -> None:
    ids = np.array([[0, 1, 1, 1], [2, 99, -1, 0]], np.int16)
    raster = ClassRaster("map", ids, TABLE)
    found = legend(raster, class_counts(raster), 900.0)
    assert [(row.pixels, row.share) for row in found.rows] == [(3, 0.75), (1, 0.25), (0, 0.0)]
    assert [row.hectares for row in found.rows] == pytest.approx([0.27, 0.09, 0.0])
    assert (found.pixels, found.without, found.hectares) == (4, 4, pytest.approx(0.36))
    assert legend(raster, class_counts(raster), None).hectares is None


def test_an_empty_map_has_no_shares() -> None:
    raster = ClassRaster("map", np.zeros((3, 3), np.uint8), TABLE)
    found = legend(raster, class_counts(raster), 1.0)
    assert ([row.share for row in found.rows], found.without) == ([0, 0, 0], 9)


def test_a_large_map_is_counted_in_strips() -> None:
    raster = ClassRaster("map", np.broadcast_to(np.uint8(2), (9000, 9000)), TABLE)
    assert class_counts(raster).tolist() == [0, 0, 81_000_000, 0]


def test_the_area_of_a_pixel_in_metres_feet_and_degrees(make_cube: MakeCube) -> None:
    values = np.zeros((2, 2, 1))
    metres = GeoReference((20.0, 0.0, 500_000.0, 0.0, -30.0, 4_500_000.0), _wkt(32616))
    assert pixel_area(make_cube(values, georef=metres)) == pytest.approx(600)
    feet = GeoReference((10.0, 0.0, 0.0, 0.0, -10.0, 0.0), _wkt(2249))
    assert pixel_area(make_cube(values, georef=feet)) == pytest.approx(100 * 0.3048006096**2)
    degrees = GeoReference((0.001, 0.0, 10.0, 0.0, -0.001, 60.0), _wkt(4326))
    # 0.001° is 111.4 m of latitude and, at 60° N, 55.8 m of longitude
    assert pixel_area(make_cube(values, georef=degrees)) == pytest.approx(111.4 * 55.8, rel=1e-3)
    assert pixel_area(make_cube(values)) is None
    assert pixel_area(make_cube(values, georef=GeoReference((1, 0, 0, 0, 1, 0)))) is None


def test_the_service_follows_the_topmost_visible_map(qtbot: QtBot, make_cube: MakeCube) -> None:
    session, told = Session(), list[Legend | None]()
    service = LegendService(session)
    service.changed.connect(told.append)
    lower, upper = (ClassRaster(name, np.full((2, 3), i), TABLE) for i, name in enumerate(["lower", "upper"]))
    numbers = Layer(ScalarRaster("confidence", np.zeros((2, 3))))
    layers = (Layer(lower), Layer(upper), numbers)
    session.add(OpenCube(make_cube(np.zeros((2, 3, 4))), ViewSpec(SingleBand(0)), layers=layers))
    qtbot.waitUntil(lambda: bool(told) and told[-1] is not None and told[-1].raster is upper)
    assert told[-1] is not None
    assert [row.pixels for row in told[-1].rows] == [6, 0, 0]
    before = len(told)
    session.update_layer(1, opacity=0.2)
    session.update_layer(1, visible=False)
    qtbot.waitUntil(lambda: told[-1] is not None and told[-1].raster is lower)
    assert len(told) == before + 1
    session.set_layers(())
    assert told[-1] is None
    service.stop()
