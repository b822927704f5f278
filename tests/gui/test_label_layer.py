"""The picture of labels: after any edits it is what it would be if drawn anew, and no label is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import TILE, Labels
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_transform import ViewTransform
from hsi_studio.gui.label_layer import LabelLayer
from hsi_studio.gui.label_tiles import reduced, step_for

CLASSES = ClassTable.from_names([f"Class {number}" for number in range(1, 6)])


@pytest.fixture
def layer(qtbot: QtBot) -> Iterator[LabelLayer]:
    layer = LabelLayer()
    layer.show_classes(CLASSES)
    yield layer
    layer.stop()


def picture(layer: LabelLayer, labels: Labels, scale: float, *, ratio: float = 1.0) -> np.ndarray:
    """Paint all of the image."""
    size = round(labels.cols * scale * ratio), round(labels.rows * scale * ratio)
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    layer.paint(painter, ViewTransform(scale), Window.full(labels.rows, labels.cols), ratio)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(size[1], size[0], 4).copy()


def drawn_anew(labels: Labels, scale: float) -> np.ndarray:
    fresh = LabelLayer()
    fresh.show_classes(CLASSES)
    fresh.show_labels(labels)
    image = picture(fresh, labels, scale)
    fresh.stop()
    return image


@pytest.mark.parametrize("scale", [9.0, 1.0, 0.4, 0.1])
def test_after_any_edits_the_picture_is_as_if_drawn_anew(
    layer: LabelLayer, rng: np.random.Generator, scale: float
) -> None:
    rows, cols = (300, 40) if scale > 1 else (600, 530)
    labels = Labels(rows, cols)
    layer.show_labels(labels)
    history = [labels]
    for number in range(30):
        if number % 7 == 6:
            # As a kept stroke or an undo does: other arrays, windows of whole tiles.
            back = Labels.from_array(history[-3].to_array())
            windows = tuple(back.tile_window(key) for key in {**labels.tiles, **back.tiles})
            labels = back
        else:
            top, left = int(rng.integers(0, rows)), int(rng.integers(0, cols))
            window = Window(top, left, *rng.integers(1, 80, 2).tolist()).clipped(rows, cols)
            edit = labels.change(window, rng.integers(0, 6) * (rng.random((window.rows, window.cols)) < 0.9))
            windows = tuple(patch.window for patch in edit)
            labels = labels.applied(edit)
        layer.show_labels(labels, windows)
        history.append(labels)
        if number % 3 == 2:
            anew = drawn_anew(labels, scale)
            # The border of a region is drawn as each tile sees it, which may differ by its opacity.
            seen = picture(layer, labels, scale)
            assert np.array_equal(seen[..., 3] > 0, anew[..., 3] > 0)
            assert (seen != anew).mean() < 0.01
    assert (picture(layer, labels, scale)[..., 3] > 0).any()


def test_two_edits_of_one_tile_at_once_are_both_drawn(layer: LabelLayer) -> None:
    labels = Labels(100, 100)
    layer.show_labels(labels)
    picture(layer, labels, 1.0)
    edit = (
        *labels.change(Window(5, 5, 20, 20), np.full((20, 20), 1)),
        *labels.change(Window(50, 50, 20, 20), np.full((20, 20), 2)),
    )
    labels = labels.applied(edit)
    layer.show_labels(labels, tuple(patch.window for patch in edit))
    alpha = picture(layer, labels, 1.0)[..., 3]
    assert alpha[10, 10]
    assert alpha[60, 60]


@pytest.mark.parametrize("scale", [2.0, 1.0, 0.3, 0.11, 0.05])
def test_a_lone_pixel_is_seen_at_any_zoom(layer: LabelLayer, scale: float) -> None:
    labels = Labels(900, 1400)
    labels = labels.applied(labels.change(Window(511, 768, 1, 1), np.array([[4]])))
    layer.show_labels(labels)
    image = picture(layer, labels, scale)
    row, col = int(511.5 * scale), int(768.5 * scale)
    blue, green, red, alpha = (int(v) for v in image[row, col])
    assert alpha == 255
    assert (red, green, blue) == pytest.approx(CLASSES[4].color, abs=2)
    assert (image[..., 3] > 0).sum() >= 30  # a dot, with its ring


def test_reduced_keeps_lone_pixels_and_takes_the_middle_of_areas() -> None:
    ids = np.ones((TILE, TILE), np.uint16)
    ids[:128] = 0
    ids[3, 200] = 2
    ids[200, 3] = 5
    small = reduced(ids, 8)
    truth = np.zeros((32, 32), int)
    truth[16:] = 1
    truth[0, 25] = 2
    assert np.array_equal(small, truth)
    assert reduced(ids[:101, :50], 8).shape == (13, 7)


@pytest.mark.parametrize("scale", [3.0, 1.0, 0.99, 0.5, 0.3, 0.01])
def test_reduced_pixels_take_one_to_two_pixels_of_the_screen(scale: float) -> None:
    cell = step_for(scale) * scale
    assert 1 <= cell < 2 or (scale > 1 and cell == scale)


def test_hidden_classes_leave_the_picture_and_show_what_they_hid(layer: LabelLayer) -> None:
    ids = np.zeros((512, 512), np.uint16)
    ids[8:16, 8:16] = 5
    ids[9, 9] = 1
    labels = Labels.from_array(ids)
    layer.show_labels(labels)
    assert (picture(layer, labels, 0.1)[..., 3] > 0).any()
    entries = tuple(CLASSES)

    layer.show_classes(ClassTable((*entries[:4], replace(entries[4], visible=False))))
    seen = picture(layer, labels, 1.0)
    assert seen[12, 30, 3] == 0
    assert seen[9, 9, 3] == 255
    layer.show_classes(ClassTable(tuple(replace(entry, visible=False) for entry in entries)))
    assert not picture(layer, labels, 1.0).any()


def test_a_new_description_draws_nothing_anew(layer: LabelLayer, qtbot: QtBot) -> None:
    layer.show_labels(Labels(8, 8))
    described = ClassTable(tuple(replace(entry, description="dark soil") for entry in CLASSES))
    with qtbot.assertNotEmitted(layer.changed):
        layer.show_classes(described)
    other = ClassTable(tuple(replace(entry, color=(1, 2, 3)) for entry in CLASSES))
    with qtbot.waitSignal(layer.changed):
        layer.show_classes(other)


def test_very_many_labels_are_drawn_by_a_thread(layer: LabelLayer, qtbot: QtBot) -> None:
    side = 20 * TILE
    tile = np.ones((TILE, TILE), np.uint16)
    labels = Labels(side, side, {(row, col): tile for row in range(20) for col in range(20)})
    layer.show_labels(labels)
    with qtbot.waitSignal(layer.changed, timeout=60_000):
        assert not picture(layer, labels, 0.05).all()
    qtbot.waitUntil(lambda: bool((picture(layer, labels, 0.05)[..., 3] > 0).all()), timeout=60_000)


def test_opacity_and_the_eye(layer: LabelLayer) -> None:
    labels = Labels.from_array(np.ones((40, 40), np.uint16))
    layer.show_labels(labels)
    layer.set_shown(True, 0.5)
    assert picture(layer, labels, 2.0)[40, 40, 3] == 128
    layer.set_shown(False, 0.5)
    assert not picture(layer, labels, 2.0).any()
