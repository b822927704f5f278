"""Maps of whole cubes: streamed, cancellable, robust against little memory and missing values."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled
from hsi_studio.ml.classifier import fill
from hsi_studio.ml.model import Model
from hsi_studio.ml.predict import predict

Build = Callable[..., Model]


class GeneratedSource:
    """A cube of any size whose values are made when read."""

    dtype = np.dtype(np.float32)

    def __init__(self, rows: int, cols: int) -> None:
        self.shape = (rows, cols, 30)
        self.most = 0

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        rows, cols = np.mgrid[window.slices(step)]
        self.most = max(self.most, window.size)
        waves = np.sin(rows[..., None] / 9 + np.asarray(bands)) + np.cos(cols[..., None] / 7)
        return (500 + 100 * waves).astype(np.float32)


class Cramped(Model):
    """A model on a device that holds tiles up to 40 pixels wide."""

    def project(self, image: torch.Tensor) -> torch.Tensor:
        if image.shape[1] * image.shape[2] > (40 + self.architecture.field) ** 2:
            raise torch.OutOfMemoryError
        return super().project(image)


def maps(model: Model, cube: Cube, **keywords: Any) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Return ids and confidence."""
    ids, sure = np.full(cube.shape[:2], -7, np.int16), np.full(cube.shape[:2], -7, np.float32)
    fill(model, cube, ids, sure, **keywords)
    return ids, sure


def test_little_memory_changes_nothing_but_the_tiles(random_model: Build) -> None:
    model = random_model(16, 14)
    cube = Cube(GeneratedSource(150, 97), "generated")  # type: ignore[arg-type]
    cramped = Cramped(**{name: getattr(model, name) for name in model.__dataclass_fields__})
    wanted, found = maps(model, cube), maps(cramped, cube)
    np.testing.assert_array_equal(wanted[0], found[0])
    np.testing.assert_allclose(wanted[1], found[1], atol=1e-5)


def test_cancel_between_tiles(random_model: Build) -> None:
    cube = Cube(GeneratedSource(2000, 2000), "generated")  # type: ignore[arg-type]
    seen: list[float | None] = []
    with pytest.raises(Cancelled):
        maps(random_model(16, 14), cube, progress=Progress(lambda f, _: seen.append(f), lambda: bool(seen)))
    assert len(seen) == 1


def test_reads_no_more_than_a_tile_at_once(random_model: Build) -> None:
    source = GeneratedSource(100_000, 100_000)
    cube = Cube(source, "generated")  # type: ignore[arg-type]
    before = psutil.Process().memory_info().rss
    tiles = predict(random_model(16, 14, widths=(4, 8, 8)), cube)
    for _ in range(3):
        next(tiles)
    tiles.close()
    assert source.most <= 600 * 600
    assert psutil.Process().memory_info().rss - before < 1_500_000_000


def test_nothing_measured_gets_no_class(random_model: Build, make_cube: Callable[..., Cube]) -> None:
    values = np.random.default_rng(0).normal(500, 90, (40, 50, 30)).astype(np.float32)
    values[:, 20:] = -9999
    cube = make_cube(values, nodata=-9999.0)
    ids, sure = maps(random_model(16, 14), cube)
    assert (ids[:, 20:] == 0).all()
    assert (sure[:, 20:] == 0).all()
    assert (ids[:, :20] > 0).all()
    assert np.isfinite(sure).all()


def test_tiles_without_measurements_are_skipped(random_model: Build, make_cube: Callable[..., Cube]) -> None:
    model = random_model(16, 14)
    forbidden = replace(model)
    object.__setattr__(forbidden, "project", None)
    ids, _ = maps(forbidden, make_cube(np.full((30, 30, 30), np.nan, np.float32)))
    assert (ids == 0).all()


def test_ids_are_the_tables(random_model: Build, make_cube: Callable[..., Cube]) -> None:
    model = random_model(16, 14)
    entries = tuple(replace(e, id=i) for e, i in zip(model.classes, (300, 2, 40), strict=True))
    renamed = replace(model, classes=replace(model.classes, entries=entries))
    cube = make_cube(np.random.default_rng(0).normal(500, 90, (20, 20, 30)))
    one, other = maps(model, cube)[0], maps(renamed, cube)[0]
    np.testing.assert_array_equal(np.array([0, 300, 2, 40])[one], other)
