"""What the scatter plot asks its thread to do; pure functions of frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable, Color
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import LabelEdit, Labels
from hsi_studio.core.progress import Progress
from hsi_studio.core.scatter import (
    Axis,
    Component,
    Feature,
    Frame,
    Lasso,
    density,
    principal_component,
    read_points,
    selected,
)
from hsi_studio.core.scatter_sample import Area, Sample, class_picture, marked
from hsi_studio.core.selection import Rule, Selection, set_selection
from hsi_studio.core.wand import everywhere
from hsi_studio.core.window import Window

Kind = Literal["all", "labelled"]


@dataclass(frozen=True, eq=False)
class Question:
    """What is plotted: which pixels of a cube, along which axes."""

    cube: Cube
    axes: tuple[Axis, Axis]
    kind: Kind
    labels: Labels


@dataclass(frozen=True, eq=False)
class RegionPoints:
    """The points of a region drawn in the image."""

    points: NDArray[np.float32]
    color: Color


@dataclass(frozen=True, eq=False)
class Plotted:
    """A picture of a frame, bottom row first.

    Parameters
    ----------
    shades : ndarray of float32 (rows, cols), optional
        Density from 0 to 1; None where pixels are coloured by class.
    colors : ndarray of uint8 (rows, cols, 4)
        RGBA of classes and regions, over the shades.
    """

    frame: Frame
    shades: NDArray[np.float32] | None
    colors: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Chosen:
    """The pixels that lassos select.

    Parameters
    ----------
    window : Window
        The part of the image that `mask` shows.
    mask : ndarray of bool
        True in cells of `step` × `step` pixels with a selected one.
    count : int
        Number of selected pixels, about that number where `exact` is False; of the whole image.
    """

    window: Window
    mask: NDArray[np.bool_]
    step: int
    count: int
    exact: bool


def fitted(cube: Cube, axes: tuple[Axis, Axis]) -> tuple[Feature, Feature]:
    """Return what to read of every pixel; components are fitted once per cube.

    Raises
    ------
    UsageError
        When the cube has too few valid pixels for components.
    """
    x, y = (_fitted(cube, axis) for axis in axes)
    return x, y


def _fitted(cube: Cube, axis: Axis) -> Feature:
    if not isinstance(axis, Component):
        return axis
    if axis.kind == "PCA":
        return principal_component(cube, axis.number)
    from hsi_studio.ml.noise_fractions import noise_fractions

    return noise_fractions(cube)[axis.number]


def take_sample(question: Question) -> Sample:
    """Read the pixels to plot, and find where most of them lie."""
    features = fitted(question.cube, question.axes)
    if question.kind == "labelled":
        sample = Sample.of_labelled(question.cube, features, question.labels)
    else:
        sample = Sample.of_all(question.cube, features)
    _ = sample.home  # on this thread, not on the window's
    return sample


def read_regions(question: Question, regions: Sequence[tuple[Area, Color]]) -> tuple[RegionPoints, ...]:
    """Read the pixels of regions."""
    features = fitted(question.cube, question.axes)
    return tuple(
        RegionPoints(Sample.of_region(question.cube, features, region).points, color)
        for region, color in regions
    )


def draw(
    sample: Sample,
    classes: ClassTable | None,
    regions: Sequence[RegionPoints],
    frame: Frame,
    shape: tuple[int, int],
) -> Plotted:
    """Draw a frame with `shape` (rows, cols) bins: in the colours of classes, or by density."""
    colors = marked([(region.points, region.color) for region in regions], frame, shape)
    if classes is None:
        return Plotted(frame, density(sample.points, frame, shape), colors)
    below = class_picture(sample, classes, frame, shape)
    return Plotted(frame, None, np.where(colors[:, :, 3:] > 0, colors, below))


def choose(cube: Cube, sample: Sample, lassos: Sequence[Lasso]) -> Chosen:
    """Return which of the plotted pixels lassos select."""
    found = sample.only(selected(sample.points, lassos))
    mask, step = found.mask(cube.rows, cube.cols)
    count = len(found.points) * sample.step**2
    return Chosen(cube.window, mask, step, count, exact=sample.step == 1)


def choose_inside(
    question: Question, lassos: Sequence[Lasso], window: Window, step: int
) -> tuple[Window, NDArray[np.bool_], int]:
    """Return which of every `step`-th pixel of a window lassos select."""
    inside = selected(read_points(question.cube, fitted(question.cube, question.axes), window, step), lassos)
    if question.kind == "labelled":
        inside &= question.labels.read(window, step) > 0
    return window, inside, step


def select_all(question: Question, lassos: Sequence[Lasso], progress: Progress) -> Selection:
    """Return all pixels of the image that lassos select, read by blocks."""
    return everywhere(
        lambda window: choose_inside(question, lassos, window, 1)[1],
        question.cube.rows,
        question.cube.cols,
        progress,
    )


def label_edit(
    labels: Labels, selection: Selection, id: int, classes: ClassTable, rule: Rule | None = None
) -> LabelEdit:
    """Return the edit that gives the selected pixels a class, those of locked classes apart."""
    locked = frozenset(entry.id for entry in classes if entry.locked)
    only = None if rule is None else partial(rule, labels)
    return set_selection(labels, selection, id, only=only, locked=locked)
