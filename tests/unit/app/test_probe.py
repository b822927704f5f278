"""What the status bar says about a pixel."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.probe import PixelFacts, PixelProbe, ground_text, pixel_facts, values_text
from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.presets import default_view
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.core.view import PcaComposite, RgbComposite, SingleBand, SpectralIndex, TrueColor

MakeCube = Callable[..., Cube]


@pytest.fixture
def cube(make_cube: MakeCube) -> Cube:
    values = np.arange(4 * 5 * 31, dtype=np.int16).reshape(4, 5, 31)
    values[0, 0] = -1
    return make_cube(values, wavelengths_nm=np.linspace(400, 1000, 31), scale_factor=100.0, nodata=-1)


def _wkt(code: int) -> str:
    from pyproj import CRS

    return str(CRS.from_epsg(code).to_wkt())


def test_values_are_physical_with_wavelengths(cube: Cube) -> None:
    assert values_text(cube, SingleBand(10), 2, 3) == "4.13 at 600 nm"
    assert values_text(cube, RgbComposite(12, 7, 2), 2, 3) == "4.15 / 4.1 / 4.05 at 640 / 540 / 440 nm"
    assert values_text(cube, TrueColor(), 2, 3).endswith(" nm")
    assert values_text(cube, SingleBand(10), 0, 0) == "no data at 600 nm"


def test_computed_composites_show_their_own_values(cube: Cube) -> None:
    assert values_text(cube, SpectralIndex("NDVI"), 2, 3).startswith("NDVI: 0.0")
    assert values_text(cube, PcaComposite(), 2, 3).count(" / ") == 4


def test_a_classification_raster_shows_the_class(make_cube: MakeCube) -> None:
    classes = ClassTable.from_names(["Water", "Soil"])
    cube = make_cube(np.array([[[2], [7]]], np.uint8), classes=classes)
    assert values_text(cube, SingleBand(0), 0, 0) == "Soil"
    assert values_text(cube, SingleBand(0), 0, 1) == "class 7"


def test_classes_of_visible_layers_are_named(cube: Cube) -> None:
    ids = np.zeros((4, 5), np.int32)
    ids[1, 2], ids[1, 3] = 1, 9
    raster = ClassRaster("Truth", ids, ClassTable.from_names(["Corn"]))
    shown = OpenCube(cube, default_view(cube), layers=(Layer(raster),))
    hidden = OpenCube(cube, default_view(cube), layers=(Layer(raster, visible=False),))
    assert pixel_facts(shown, 1, 2).classes == "Truth: Corn"
    assert pixel_facts(shown, 1, 3).classes == "Truth: class 9"
    assert pixel_facts(shown, 0, 0).classes == pixel_facts(hidden, 1, 2).classes == ""


def test_map_positions_of_pixel_centres() -> None:
    metres = GeoReference((20.0, 0.0, 512335.0, 0.0, -20.0, 4512355.0), _wkt(32616))
    assert ground_text(metres, 0, 0) == "E 512\u202f345.0 N 4\u202f512\u202f345.0 m · EPSG:32616"
    degrees = GeoReference((0.01, 0.0, -70.005, 0.0, -0.01, -33.0), _wkt(4326))
    assert ground_text(degrees, 0, 0) == "33.005000° S 70.000000° W · EPSG:4326"
    unnamed = GeoReference((1.0, 0.0, 10.0, 0.0, 1.0, 20.0))
    assert ground_text(unnamed, 0, 0) == "x 10.5 y 20.5"


def test_the_newest_pixel_is_told(cube: Cube, qtbot: QtBot) -> None:
    session = Session()
    probe = PixelProbe(session)
    told: list[PixelFacts] = []
    probe.told.connect(told.append)
    try:
        probe.ask(0, 0)
        session.add(OpenCube(cube, default_view(cube)))
        probe.ask(1, 1)
        probe.ask(2, 2)
        qtbot.waitUntil(lambda: bool(told) and (told[-1].row, told[-1].col) == (2, 2))
        assert all((facts.row, facts.col) != (0, 0) for facts in told)
    finally:
        probe.stop()


def test_a_prediction_tells_how_sure_it_is_and_its_class_is_known(cube: Cube) -> None:
    ids, sure = np.zeros((4, 5), np.int16), np.zeros((4, 5), np.float32)
    ids[1, 2], sure[1, 2] = 1, 0.937
    under = Layer(ClassRaster("Truth", np.full((4, 5), 2), ClassTable.from_names(["Corn", "Oats"])))
    predicted = Layer(ClassRaster("Prediction", ids, ClassTable.from_names(["Corn"]), sure))
    above = Layer(ScalarRaster("Confidence", np.where(ids > 0, sure, np.nan)))
    opened = OpenCube(cube, default_view(cube), layers=(under, predicted, above))
    facts = pixel_facts(opened, 1, 2)
    assert facts.classes == "Truth: Oats · Prediction: Corn 94 % · Confidence: 0.937"
    assert (facts.class_id, pixel_facts(opened, 0, 0).class_id) == (1, 0)
    assert pixel_facts(opened, 0, 0).classes == "Truth: Oats"
    hidden = replace(opened, layers=(under, replace(predicted, visible=False)))
    assert pixel_facts(hidden, 1, 2).class_id == 2
