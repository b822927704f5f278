"""Spectra of open cubes: hovered, inspected, collected, averaged; in every transform; kept per cube."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.app.spectra_model import COLORS, SpectraModel
from hsi_studio.app.spectrum_service import Curve
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.palette import _oklab
from hsi_studio.core.presets import default_view
from hsi_studio.core.region import Polygon, Rectangle
from hsi_studio.core.source import ArraySource
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.registry import open_cube


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def model(session: Session) -> Iterator[SpectraModel]:
    made = SpectraModel(session)
    yield made
    made.stop()


@pytest.fixture
def pines(session: Session) -> Cube:
    cube, _ = open_demo()
    session.add(OpenCube(cube, default_view(cube)))
    return cube


def settle(qtbot: QtBot, model: SpectraModel, count: int) -> None:
    """Wait until `count` entries have been read."""
    qtbot.waitUntil(lambda: [e.spectrum is not None for e in model.entries] == [True] * count)


def hovered(qtbot: QtBot, model: SpectraModel, row: int, col: int) -> Curve:
    with qtbot.waitSignal(model.hover_changed) as signal:
        model.hover(row, col)
    curve: Curve = signal.args[0]
    return curve


def test_hover_reads_the_pixel(qtbot: QtBot, model: SpectraModel, pines: Cube) -> None:
    curve = hovered(qtbot, model, 72, 15)
    np.testing.assert_array_equal(curve.values, pines.spectrum(72, 15))
    assert curve.std is None


class _Gate(ArraySource):
    """Holds the first read until it is opened."""

    def __init__(self, array: NDArray[Any]) -> None:
        super().__init__(array)
        self.open = threading.Event()
        self.reads: list[Window] = []

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        self.reads.append(window)
        self.open.wait(5)
        return super().read(window, bands, step)


def test_only_the_newest_hover_is_read_and_shown(qtbot: QtBot, session: Session, model: SpectraModel) -> None:
    source = _Gate(np.arange(300.0).reshape(10, 10, 3))
    cube = Cube(source, "gate")
    source.open.set()
    session.add(OpenCube(cube, default_view(cube)))
    source.open.clear()
    source.reads.clear()
    shown: list[Curve] = []
    model.hover_changed.connect(shown.append)
    model.hover(0, 0)
    qtbot.waitUntil(lambda: len(source.reads) == 1)
    for col in range(1, 9):
        model.hover(0, col)
    source.open.set()
    qtbot.waitUntil(lambda: bool(shown))
    assert [window.col for window in source.reads] == [0, 8]
    assert [curve.values.tolist() for curve in shown] == [[24, 25, 26]]


def test_leaving_drops_the_pixel_still_being_read(
    qtbot: QtBot, session: Session, model: SpectraModel
) -> None:
    source = _Gate(np.zeros((4, 4, 3)))
    cube = Cube(source, "gate")
    source.open.set()
    session.add(OpenCube(cube, default_view(cube)))
    source.open.clear()
    shown: list[Curve | None] = []
    model.hover_changed.connect(shown.append)
    model.hover(0, 0)
    model.leave()
    source.open.set()
    qtbot.wait(50)
    assert shown == [None]


@pytest.mark.usefixtures("pines")
def test_a_click_replaces_and_a_shift_click_collects(qtbot: QtBot, model: SpectraModel) -> None:
    model.pick(1, 2, False)
    model.pick(3, 4, False)
    model.pick(5, 6, True)
    model.pick(5, 6, True)
    model.pick(7, 8, True)
    settle(qtbot, model, 3)
    assert [entry.name for entry in model.entries] == ["Pixel 3, 4", "Pixel 5, 6", "Pixel 7, 8"]
    assert [entry.color for entry in model.entries[1:]] == list(COLORS[:2])


@pytest.mark.usefixtures("pines")
def test_marks_on_the_image_follow_the_entries(qtbot: QtBot, model: SpectraModel) -> None:
    markers, regions = [], []
    model.markers_changed.connect(markers.append)
    model.regions_changed.connect(regions.append)
    rectangle = Rectangle(Window(1, 1, 3, 3))
    model.pick(5, 6, True)
    model.add_region(rectangle)
    settle(qtbot, model, 2)
    assert markers[-1] == [(5, 6, COLORS[0])]
    assert regions[-1] == [(rectangle, COLORS[1])]
    model.set_visible(model.entries[0].key, False)
    assert markers[-1] == []
    model.clear()
    assert regions[-1] == []


@pytest.mark.parametrize(
    "region",
    [
        Rectangle(Window(80, 40, 20, 12)),
        Rectangle(Window(-5, 100, 20, 80)),
        Polygon(np.array([[10.0, 60.0], [30.0, 60.0], [30.0, 90.0]])),
    ],
    ids=["rectangle", "beyond the image", "polygon"],
)
def test_mean_and_deviation_of_a_region_equal_numpy(
    qtbot: QtBot, model: SpectraModel, pines: Cube, region: Rectangle | Polygon
) -> None:
    model.add_region(region)
    settle(qtbot, model, 1)
    pixels = pines.block()[region.inside(pines.window)].astype(float)
    (entry,) = model.entries
    assert entry.spectrum is not None
    assert entry.curve is not None
    assert entry.curve.std is not None
    assert entry.spectrum.count == len(pixels)
    np.testing.assert_allclose(entry.curve.values, pixels.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(entry.curve.std, pixels.std(axis=0, ddof=1), rtol=1e-5)


def test_a_region_without_pixels_is_told_and_forgotten(
    qtbot: QtBot, model: SpectraModel, pines: Cube
) -> None:
    with qtbot.waitSignal(model.failed) as signal:
        model.add_region(Rectangle(Window(pines.rows + 5, 0, 2, 2)))
    assert isinstance(signal.args[0], UsageError)
    assert model.entries == ()


def test_every_transform_is_applied_to_what_was_read_before(
    qtbot: QtBot, model: SpectraModel, pines: Cube
) -> None:
    model.pick(10, 10, True)
    model.add_region(Rectangle(Window(0, 0, 9, 9)))
    settle(qtbot, model, 2)
    seen = {}
    for kind in [kind for kind in model.kinds if kind != model.kind]:
        with qtbot.waitSignal(model.changed):
            model.set_kind(kind)
        seen[kind] = [entry.curve for entry in model.entries]
    assert list(seen) == ["SNV", "First derivative", "Continuum removed", "SNR"]
    assert all(region is not None and region.std is None for _, region in seen.values())
    snv, derivative = seen["SNV"][0], seen["First derivative"][0]
    assert snv is not None
    assert derivative is not None
    assert abs(float(snv.values.mean())) < 1e-5
    stored = pines.spectrum(10, 10).astype(float)
    np.testing.assert_allclose(snv.values, (stored - stored.mean()) / stored.std(ddof=1), rtol=1e-4)
    assert seen["SNR"][0] is None


def test_stored_values_and_reflectance_of_a_scaled_cube(
    qtbot: QtBot, session: Session, model: SpectraModel, make_cube: Callable[..., Cube]
) -> None:
    values = np.array([[[1000, 2000, -1, 4000]]], np.int16)
    cube = make_cube(values, scale_factor=10000.0, nodata=-1, quantity="reflectance")
    session.add(OpenCube(cube, default_view(cube)))
    assert model.kind == "Reflectance"
    np.testing.assert_allclose(hovered(qtbot, model, 0, 0).values, [0.1, 0.2, np.nan, 0.4], rtol=1e-6)
    model.set_kind("Values")
    np.testing.assert_allclose(hovered(qtbot, model, 0, 0).values, [1000, 2000, np.nan, 4000])


def test_spectra_are_kept_per_cube(
    qtbot: QtBot, session: Session, model: SpectraModel, pines: Cube, shared_data: Path
) -> None:
    model.pick(10, 10, True)
    settle(qtbot, model, 1)
    kept = model.entries
    tile = open_cube(sorted((shared_data / "enmap_potsdam" / "images").glob("*.tif"))[0])
    session.add(OpenCube(tile, default_view(tile)))
    assert model.entries == ()
    model.pick(3, 3, True)
    settle(qtbot, model, 1)
    bad = tile.bad_bands
    assert model.entries[0].curve is not None
    if bad is not None:
        assert np.isnan(model.entries[0].curve.values[bad]).all()
    session.select(0)
    assert session.cube is pines
    assert model.entries == kept
    session.close(0)
    assert [entry.name for entry in model.entries] == ["Pixel 3, 3"]


@pytest.mark.usefixtures("pines")
def test_names_are_free_and_regions_numbered(qtbot: QtBot, model: SpectraModel) -> None:
    for _ in range(2):
        model.add_region(Rectangle(Window(0, 0, 2, 2)))
    settle(qtbot, model, 2)
    model.rename(model.entries[0].key, "  Woods ")
    model.rename(model.entries[1].key, "   ")
    assert [entry.name for entry in model.entries] == ["Woods", "Rectangle 2"]
    model.remove(model.entries[1].key)
    assert [entry.name for entry in model.entries] == ["Woods"]


@pytest.mark.usefixtures("pines")
def test_every_spectrum_has_a_colour_of_its_own(model: SpectraModel) -> None:
    for col in range(len(COLORS) + 9):
        model.pick(0, col, True)
    colors = [entry.color for entry in model.entries]
    assert tuple(colors[: len(COLORS)]) == COLORS
    assert len(set(colors)) == len(colors)
    model.remove(model.entries[2].key)
    model.pick(9, 9, True)
    assert model.entries[-1].color == COLORS[2]


def test_spectra_look_like_no_class(model: SpectraModel, session: Session, pines: Cube) -> None:
    table = ClassTable.from_names([f"Class {number}" for number in range(16)])
    shown = ClassRaster(
        "Truth", np.ones((pines.rows, pines.cols), int), ClassTable.from_names(["A"], [COLORS[-1]])
    )
    session.set_layers((Layer(shown),))
    model.keep_off(lambda: [entry.color for entry in table])
    for col in range(6):
        model.pick(0, col, True)
    places = _oklab(
        np.array([*(entry.color for entry in model.entries), *(e.color for e in table), COLORS[-1]])
    )
    apart = np.sqrt(((places[:6, None] - places) ** 2).sum(axis=2))
    assert np.sort(apart, axis=1)[:, 1].min() > 0.1  # all but the zero to itself


def test_csv_reads_back_equal(qtbot: QtBot, model: SpectraModel, pines: Cube, tmp_path: Path) -> None:
    import csv

    model.pick(10, 10, True)
    model.add_region(Rectangle(Window(0, 0, 4, 4)))
    settle(qtbot, model, 2)
    with qtbot.waitSignal(model.saved) as signal:
        model.save(tmp_path / "spectra.csv")
    assert signal.args == [tmp_path / "spectra.csv", 2]
    with (tmp_path / "spectra.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["Pixel 10, 10"]) for row in rows] == pines.spectrum(10, 10).tolist()
    assert pines.wavelengths_nm is not None
    assert [float(row["wavelength_nm"]) for row in rows] == pines.wavelengths_nm.tolist()
    std = pines.block(Window(0, 0, 4, 4)).reshape(16, -1).std(axis=0, ddof=1)
    np.testing.assert_allclose([float(row["Rectangle 1 std"]) for row in rows], std, rtol=1e-5)


def test_envi_library_reads_back_equal(
    qtbot: QtBot, model: SpectraModel, pines: Cube, tmp_path: Path
) -> None:
    from hsi_studio.io.envi_library import read_library

    model.pick(10, 10, True)
    model.pick(20, 20, True)
    settle(qtbot, model, 2)
    model.rename(model.entries[1].key, "Woods")
    model.set_visible(model.entries[0].key, False)
    with qtbot.waitSignal(model.saved):
        model.save(tmp_path / "spectra.sli")
    library = read_library(tmp_path / "spectra.sli")
    assert library.names == ("Woods",)
    np.testing.assert_array_equal(library.spectra[0], pines.spectrum(20, 20))
    np.testing.assert_allclose(library.wavelengths_nm, pines.wavelengths_nm)


@pytest.mark.usefixtures("pines")
def test_a_file_that_cannot_be_written_is_told(qtbot: QtBot, model: SpectraModel, tmp_path: Path) -> None:
    model.pick(10, 10, True)
    settle(qtbot, model, 1)
    with qtbot.waitSignal(model.failed) as signal:
        model.save(tmp_path / "absent" / "spectra.csv")
    assert "does not exist" in str(signal.args[0])


def test_clipboard_text_is_tab_separated(qtbot: QtBot, model: SpectraModel, pines: Cube) -> None:
    assert model.table_text() == ""
    model.pick(10, 10, True)
    settle(qtbot, model, 1)
    head, first, *rest = [line.split("\t") for line in model.table_text().splitlines()]
    assert head == ["band", "wavelength_nm", "Pixel 10, 10"]
    assert float(first[2]) == pines.spectrum(10, 10)[0]
    assert len(rest) == pines.bands - 1


def test_nothing_happens_without_a_cube(model: SpectraModel, tmp_path: Path) -> None:
    model.hover(0, 0)
    model.pick(0, 0, True)
    model.set_kind("SNV")
    model.save(tmp_path / "none.csv")
    assert model.entries == ()
    assert model.kinds == ()
