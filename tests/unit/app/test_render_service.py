"""The render service against real cubes and sources that count, fail or dawdle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from hsi_studio.app.band_cache import TILE, BandCache
from hsi_studio.app.pictures import (
    LayerSubject,
    Picture,
    Viewport,
    argb_of,
    base_task,
    coarser,
    faded,
    sharp_need,
    step_for,
    with_margin,
)
from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.reading import BandReader
from hsi_studio.core.render import compute_levels, render
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.core.view import Levels, RgbComposite, SingleBand, Stretch, ViewSpec
from hsi_studio.core.window import Window
from hsi_studio.io.registry import open_cube

SPEC = ViewSpec(RgbComposite(2, 1, 0))


class CountingSource:
    """A huge cube computed on the fly that notes what is read of it."""

    dtype = np.dtype(np.uint16)

    def __init__(self, rows: int = 20_000, cols: int = 20_000, bands: int = 10) -> None:
        self.shape = (rows, cols, bands)
        self.reads: list[tuple[Window, tuple[int, ...], int]] = []
        self.calls = 0
        self.fails = False
        self.gate = threading.Event()
        self.gate.set()

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        self.calls += 1
        self.gate.wait(10)
        if self.fails:
            raise OSError("the disk is gone")
        self.reads.append((window, tuple(bands), step))
        rows, cols = window.slices(step)
        row = np.arange(rows.start, rows.stop, step)[:, None, None]
        col = np.arange(cols.start, cols.stop, step)[:, None]
        return ((row * 3 + col * 5) * (1 + np.asarray(bands)) % 4096).astype(np.uint16)

    @property
    def pixels_read(self) -> int:
        """Values read so far."""
        return sum(int(np.prod(window.shape(step))) * len(bands) for window, bands, step in self.reads)


def huge(source: CountingSource) -> OpenCube:
    return OpenCube(Cube(source, "huge"), SPEC)


class Watcher:
    """Keeps what a service delivers."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        self.session = session
        self.service = RenderService(session)
        self.errors: list[Exception] = []
        self.service.failed.connect(self.errors.append)
        self._qtbot = qtbot

    def shown(self, layer: int = 0) -> Picture:
        return self.service.stack()[layer].pictures[-1]

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=60_000)

    def wait_for(self, opened: OpenCube, window: Window, step: int) -> Picture:
        """Wait for the sharp picture of a window."""

        def is_shown() -> bool:
            if not self.service.stack():
                return False
            task = self.shown().task
            return (
                getattr(task.subject, "spec", None) == opened.view
                and task.window.contains(window)
                and task.step == step
            )

        self.wait(is_shown)
        return self.shown()


@pytest.fixture
def watcher(qtbot: QtBot) -> Iterator[Watcher]:
    watching = Watcher(Session(), qtbot)
    yield watching
    watching.service.stop()


@pytest.fixture
def indian_pines(indian_pines_files: tuple[Path, Path]) -> Cube:
    return open_cube(indian_pines_files[0])


@pytest.mark.parametrize(
    ("scale", "step"),
    [(8.0, 1), (1.0, 1), (0.6, 1), (0.5, 2), (0.34, 2), (1 / 3, 3), (0.26, 3), (0.25, 4), (0.01, 96)],
)
def test_one_read_value_takes_at_most_one_device_pixel(scale: float, step: int) -> None:
    assert step_for(scale) == step
    assert 0.5 < step_for(scale) * scale <= 1 or step == 1


def test_pictures_lie_on_the_grid_of_their_step(watcher: Watcher) -> None:
    subject = LayerSubject(ClassRaster("truth", np.zeros((9000, 7000), np.uint8), ClassTable(())), 0.5)
    need = sharp_need(subject, Viewport(Window(1001, 2003, 900, 1200), 0.34))
    assert need is not None
    wide = with_margin(need)
    assert wide.window.contains(need.window)
    assert (wide.window.row % wide.step, wide.window.col % wide.step) == (0, 0)
    preview = coarser(wide, 4)
    assert preview.window.contains(wide.window)
    assert (preview.step, preview.window.row % preview.step, preview.window.col % preview.step) == (8, 0, 0)


def test_indian_pines_is_shown_as_core_renders_it(watcher: Watcher, indian_pines: Cube) -> None:
    for spec in (ViewSpec(RgbComposite(28, 14, 5)), ViewSpec(SingleBand(40), Stretch("minmax", joint=True))):
        opened = OpenCube(indian_pines, spec)
        watcher.session.add(opened)
        picture = watcher.wait_for(opened, indian_pines.window, 1)
        assert np.array_equal(picture.argb, argb_of(render(indian_pines, spec)))
        assert picture.opaque


@pytest.mark.parametrize("joint", [False, True])
def test_a_sharp_part_equals_what_core_renders_for_its_window(watcher: Watcher, joint: bool) -> None:
    opened = OpenCube(
        Cube(CountingSource(3000, 2600, 4), "generated"),
        ViewSpec(RgbComposite(3, 0, 1), Stretch(joint=joint, gamma=1.4)),
    )
    watcher.session.add(opened)
    part = Window(700, 900, 600, 800)
    watcher.service.set_viewport(Viewport(part, 1.0))
    picture = watcher.wait_for(opened, part, 1)
    expected = render(opened.cube, opened.view, picture.task.window, picture.task.step)
    assert np.array_equal(picture.argb, argb_of(expected))


def test_coarse_comes_before_sharp(watcher: Watcher) -> None:
    opened = huge(CountingSource())
    seen: list[Picture] = []
    watcher.service.changed.connect(lambda: seen.append(watcher.shown()) if watcher.service.stack() else None)
    watcher.session.add(opened)
    part = Window(8000, 8000, 500, 700)
    watcher.service.set_viewport(Viewport(part, 1.0))
    watcher.wait_for(opened, part, 1)
    assert seen[0].task.role == "base"
    assert seen[0].argb.shape[0] * seen[0].argb.shape[1] <= 250_000
    assert seen[0].task.window == opened.cube.window
    # The coarse picture stays below the sharp one.
    assert [picture.task.role for picture in watcher.service.stack()[0].pictures] == ["base", "sharp"]


def test_only_what_is_in_sight_is_read(watcher: Watcher, qtbot: QtBot) -> None:
    source = CountingSource()
    opened = huge(source)
    watcher.session.add(opened)
    watcher.wait(lambda: bool(watcher.service.stack()))
    source.reads.clear()
    part = Window(8000, 8000, 500, 700)
    watcher.service.set_viewport(Viewport(part, 1.0))
    watcher.wait_for(opened, part, 1)
    assert source.reads
    for window, _, step in source.reads:
        side = 64 + TILE * step
        assert Window(8000 - side, 8000 - side, 500 + 2 * side, 700 + 2 * side).contains(window)
    assert source.pixels_read < 3 * 1.5 * (500 + 2 * TILE) * (700 + 2 * TILE)
    before = len(source.reads)
    with qtbot.assertNotEmitted(watcher.service.changed, wait=100):
        watcher.service.set_viewport(Viewport(Window(8020, 8010, 500, 700), 1.0))
    assert len(source.reads) == before


def test_a_band_slider_reads_one_band(watcher: Watcher) -> None:
    source = CountingSource(400, 400, 6)
    opened = huge(source)
    watcher.session.add(opened)
    watcher.wait_for(opened, opened.cube.window, 1)
    assert {bands for _, bands, _ in source.reads} == {(0,), (1,), (2,)}
    source.reads.clear()
    watcher.session.set_view(ViewSpec(RgbComposite(5, 1, 0)))
    assert watcher.session.current is not None
    watcher.wait_for(watcher.session.current, opened.cube.window, 1)
    assert {bands for _, bands, _ in source.reads} == {(5,)}
    assert source.pixels_read == 400 * 400


def test_the_newest_view_is_shown_and_those_between_are_skipped(watcher: Watcher) -> None:
    source = CountingSource(300, 300, 40)
    watcher.session.add(huge(source))
    watcher.wait(lambda: bool(watcher.service.stack()))
    source.gate.clear()
    for red in range(3, 40):
        watcher.session.set_view(ViewSpec(RgbComposite(red, 1, 0)))
    source.gate.set()
    assert watcher.session.current is not None
    watcher.wait_for(watcher.session.current, Window(0, 0, 300, 300), 1)
    bands = {band for _, read, _ in source.reads for band in read}
    assert bands <= {0, 1, 2, 3, 39}


def test_pictures_of_a_cube_left_behind_are_not_shown(watcher: Watcher, indian_pines: Cube) -> None:
    source = CountingSource(3000, 3000)
    source.gate.clear()
    watcher.session.add(huge(source))
    opened = OpenCube(indian_pines, SPEC)
    watcher.session.add(opened)
    seen: list[str] = []
    watcher.service.changed.connect(
        lambda: seen.extend(p.task.subject.cube.name for s in watcher.service.stack() for p in s.pictures)  # type: ignore[union-attr]
    )
    source.gate.set()
    watcher.wait_for(opened, indian_pines.window, 1)
    assert set(seen) == {indian_pines.name}


def test_a_part_that_has_gone_out_of_sight_is_not_read_to_the_end(watcher: Watcher) -> None:
    source = CountingSource()
    opened = huge(source)
    watcher.session.add(opened)
    watcher.wait(lambda: bool(watcher.service.stack()))
    for _ in range(20):
        watcher.service._painter.learn(watcher.shown().task, 0.0)
    source.reads.clear()
    source.gate.clear()
    left, wanted = Window(2000, 2000, 1000, 1000), Window(15_000, 15_000, 300, 300)
    before = source.calls
    watcher.service.set_viewport(Viewport(left, 1.0))
    watcher.wait(lambda: source.calls > before)
    watcher.service.set_viewport(Viewport(wanted, 1.0))
    source.gate.set()
    watcher.wait_for(opened, wanted, 1)
    # At most what the threads were reading at that moment, of more than a hundred tiles.
    assert sum(window.row < 10_000 for window, _, _ in source.reads) <= 4


def test_a_sharp_part_of_an_older_view_does_not_come_back(watcher: Watcher) -> None:
    opened = huge(CountingSource(3000, 3000))
    watcher.session.add(opened)
    part = Window(0, 0, 500, 500)
    watcher.service.set_viewport(Viewport(part, 1.0))
    watcher.wait_for(opened, part, 1)
    watcher.service.set_viewport(Viewport(opened.cube.window, 0.1))
    watcher.session.set_view(ViewSpec(RgbComposite(4, 5, 6)))
    assert watcher.session.current is not None
    watcher.wait_for(watcher.session.current, opened.cube.window, 6)
    watcher.service.set_viewport(Viewport(part, 1.0))
    assert [picture.task.role for picture in watcher.service.stack()[0].pictures] == ["base"]


def test_another_cube_shows_nothing_of_the_one_before(watcher: Watcher, indian_pines: Cube) -> None:
    watcher.session.add(OpenCube(indian_pines, SPEC))
    watcher.wait(lambda: bool(watcher.service.stack()))
    source = CountingSource(145, 145)
    source.gate.clear()
    watcher.session.add(huge(source))
    assert watcher.service.stack() == ()
    watcher.session.close(1)
    source.gate.set()
    watcher.wait(lambda: bool(watcher.service.stack()))
    watcher.session.close(0)
    assert watcher.service.stack() == ()
    assert watcher.service.overview() is None


def test_limits_are_estimated_once_for_a_band_and_stretch(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimated: list[ViewSpec] = []

    def counting(cube: Cube, spec: ViewSpec, read_band: BandReader | None = None) -> Levels:
        estimated.append(spec)
        return compute_levels(cube, spec, read_band)

    monkeypatch.setattr("hsi_studio.app.painter.compute_levels", counting)
    opened = huge(CountingSource(300, 300))
    watcher.session.add(opened)
    watcher.wait_for(opened, opened.cube.window, 1)
    assert len(estimated) == 3
    for spec in (ViewSpec(RgbComposite(0, 1, 4)), ViewSpec(RgbComposite(0, 1, 4), Stretch(gamma=2.0))):
        watcher.session.set_view(spec)
        assert watcher.session.current is not None
        watcher.wait_for(watcher.session.current, opened.cube.window, 1)
    assert [spec.composite for spec in estimated[3:]] == [SingleBand(4)]


def test_a_slow_view_is_preceded_by_a_coarser_one(watcher: Watcher) -> None:
    source = CountingSource(4000, 4000)
    opened = huge(source)
    watcher.session.add(opened)
    part = Window(0, 0, 1000, 1000)
    watcher.service.set_viewport(Viewport(part, 1.0))
    watcher.wait_for(opened, part, 1)
    watcher.service._painter.learn(watcher.shown().task, 100.0)
    steps: list[int] = []
    watcher.service.changed.connect(lambda: steps.append(watcher.shown().task.step))
    watcher.session.set_view(ViewSpec(RgbComposite(4, 1, 0)))
    assert watcher.session.current is not None
    watcher.wait_for(watcher.session.current, part, 1)
    assert steps[0] == 8
    assert steps[-1] == 1


def test_a_read_error_is_told_and_the_next_view_works(watcher: Watcher) -> None:
    source = CountingSource(200, 200)
    source.fails = True
    watcher.session.add(huge(source))
    watcher.wait(lambda: len(watcher.errors) == 1)
    assert isinstance(watcher.errors[0], OSError)
    source.fails = False
    watcher.session.set_view(ViewSpec(RgbComposite(4, 1, 0)))
    assert watcher.session.current is not None
    watcher.wait_for(watcher.session.current, Window(0, 0, 200, 200), 1)
    assert len(watcher.errors) == 1


def test_layers_are_drawn_over_the_image_with_their_opacity(
    watcher: Watcher, indian_pines: Cube, indian_pines_files: tuple[Path, Path]
) -> None:
    ids = np.load(indian_pines_files[1])
    truth = ClassRaster("truth", ids, ClassTable.from_names([f"class {i}" for i in range(1, 17)]))
    watcher.session.add(OpenCube(indian_pines, SPEC, layers=(Layer(truth, opacity=0.4),)))
    watcher.wait(lambda: len(watcher.service.stack()) == 2)
    assert np.array_equal(watcher.shown(1).argb, faded(argb_of(truth.rgba()), 0.4))
    watcher.session.update_layer(0, opacity=1.0)
    watcher.wait(lambda: np.array_equal(watcher.shown(1).argb, argb_of(truth.rgba())))
    watcher.session.update_layer(0, visible=False)
    assert [shown.is_image for shown in watcher.service.stack()] == [True]
    watcher.session.update_layer(0, visible=True)
    assert len(watcher.service.stack()) == 2
    watcher.session.set_image_visible(False)
    assert [shown.is_image for shown in watcher.service.stack()] == [False]


def test_hidden_classes_of_a_layer_are_not_drawn_and_numbers_take_their_colours(watcher: Watcher) -> None:
    ids = np.array([[1, 2]], np.uint8)
    classes = ClassRaster("truth", ids, ClassTable.from_names(["a", "b"], [(255, 0, 0), (0, 0, 255)]))
    numbers = ScalarRaster("confidence", np.array([[0.0, 1.0]], np.float32))
    cube = Cube(CountingSource(1, 2), "small")
    watcher.session.add(
        OpenCube(cube, SPEC, layers=(Layer(classes, opacity=1.0), Layer(numbers, opacity=1.0)))
    )
    watcher.wait(lambda: len(watcher.service.stack()) == 3)
    assert np.array_equal(watcher.shown(2).argb[0], argb_of(numbers.colors()[[1, 256]]))
    watcher.session.update_layer(0, hidden=frozenset({1}))
    watcher.wait(lambda: not watcher.shown(1).argb[0, 0].any())
    assert np.array_equal(watcher.shown(1).argb[0, 1], argb_of(classes.rgba()[0, 1]))


def test_a_layer_too_is_drawn_only_where_it_is_in_sight(watcher: Watcher) -> None:
    ids = np.broadcast_to(np.array(1, np.uint8), (20_000, 20_000))
    layer = Layer(ClassRaster("truth", ids, ClassTable.from_names(["field"])))
    opened = OpenCube(Cube(CountingSource(), "huge"), SPEC, layers=(layer,))
    watcher.session.add(opened)
    watcher.service.set_viewport(Viewport(Window(5000, 5000, 400, 400), 1.0))
    watcher.wait(lambda: [len(s.pictures) for s in watcher.service.stack()] == [2, 2])
    assert watcher.shown(1).argb.shape == (400 + 2 * 64, 400 + 2 * 64, 4)


def test_values_are_physical(watcher: Watcher, make_cube: Callable[..., Cube], qtbot: QtBot) -> None:
    stored = np.arange(5 * 6 * 3, dtype=np.int16).reshape(5, 6, 3)
    cube = make_cube(stored, scale_factor=10.0, nodata=0)
    watcher.session.add(OpenCube(cube, SPEC))
    with qtbot.waitSignal(watcher.service.values_ready) as ready:
        watcher.service.request_values(Window(0, 0, 2, 3))
    values = ready.args[0].values  # type: ignore[index]
    assert values.shape == (2, 3, 3)
    assert np.isnan(values[0, 0, 2])
    assert values[1, 2].tolist() == pytest.approx((stored[1, 2, ::-1] / 10).tolist())


def test_the_cache_reads_as_the_cube_does(rng: np.random.Generator, make_cube: Callable[..., Cube]) -> None:
    cube = make_cube(rng.integers(0, 9999, (700, 900, 3), np.uint16))
    cache = BandCache()
    for window, step in (
        (Window(0, 0, 700, 900), 1),
        (Window(250, 250, 20, 30), 1),
        (Window(256, 512, 444, 388), 1),
        (Window(4, 8, 691, 889), 2),
        (Window(9, 3, 600, 800), 3),
        (Window(5, 7, 333, 444), 4),
    ):
        assert np.array_equal(cache.read(cube, 1, window, step), cube.band(1, window, step))


def test_the_cache_holds_no_more_than_its_bytes_and_drops_the_oldest(make_cube: Callable[..., Cube]) -> None:
    source = CountingSource(256, 256, 8)
    cube, tile_bytes = Cube(source, "cube"), 256 * 256 * 2
    cache = BandCache(max_bytes=3 * tile_bytes)
    for band in (0, 1, 2, 0, 3):
        cache.read(cube, band, cube.window)
    assert cache.nbytes == 3 * tile_bytes
    source.reads.clear()
    for band in (0, 2, 3, 1):
        cache.read(cube, band, cube.window)
    assert [bands for _, bands, _ in source.reads] == [(1,)]
    cache.keep_only([])
    assert cache.nbytes == 0


def test_the_base_of_a_small_image_is_all_that_is_needed(indian_pines: Cube) -> None:
    layer = LayerSubject(ClassRaster("truth", np.zeros((145, 145), np.uint8), ClassTable(())), 1.0)
    assert base_task(layer).step == 1
    assert sharp_need(layer, Viewport(Window(3, 3, 5, 5), 40.0)) is None
