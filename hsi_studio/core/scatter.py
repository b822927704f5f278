"""Pixels as points of a plane: what its axes measure, which points a lasso holds, how dense they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.cube import Cube
from hsi_studio.core.indices import compute_index
from hsi_studio.core.pca import components
from hsi_studio.core.reading import weighted_sums
from hsi_studio.core.window import Window

PCA_COMPONENTS = 3
"""As many as a view shows."""


@dataclass(frozen=True)
class BandValue:
    """The physical value of a band (0-based)."""

    band: int


@dataclass(frozen=True)
class IndexValue:
    """A spectral index by its short name."""

    name: str


@dataclass(frozen=True)
class Component:
    """A principal component or minimum noise fraction, the first being 0."""

    kind: Literal["PCA", "MNF"]
    number: int


Axis = BandValue | IndexValue | Component


@dataclass(frozen=True, eq=False)
class Projection:
    """A weighted sum of physical values, less an offset.

    Parameters
    ----------
    bands : tuple of int
    weights : ndarray of float32 (len(bands),)
    offset : float
    """

    bands: tuple[int, ...]
    weights: NDArray[np.float32]
    offset: float


Feature = BandValue | IndexValue | Projection
"""What can be read of any pixel alone; a `Component` becomes a `Projection` once it is fitted to a cube."""


def axis_names(cube: Cube, axes: Sequence[Axis]) -> list[str]:
    """Return axes in a word or two, such as ``650 nm``, ``NDVI`` or ``PC 1``."""
    bands = BandAxis.of(cube)
    return [_name(bands, axis) for axis in axes]


def axis_titles(cube: Cube, axes: Sequence[Axis]) -> list[str]:
    """Return what is measured along axes, such as ``Reflectance at 650 nm``, ``NDVI`` or ``PC 1``."""
    bands = BandAxis.of(cube)
    where = f"{cube.quantity.capitalize()} {'at' if bands.has_wavelengths else 'in'}"
    return [
        f"{where} {bands.text(axis.band)}" if isinstance(axis, BandValue) else _name(bands, axis)
        for axis in axes
    ]


def _name(bands: BandAxis, axis: Axis) -> str:
    match axis:
        case BandValue(band):
            return bands.text(band).capitalize()
        case IndexValue(name):
            return name
        case Component(kind, number):
            return f"{'PC' if kind == 'PCA' else 'MNF'} {number + 1}"


def first_axes(cube: Cube) -> tuple[Axis, Axis]:
    """Return axes to begin with: red and near infrared, or what the cube has that tells most."""
    if cube.covers(660, 860):
        return BandValue(cube.nearest_band(660)), BandValue(cube.nearest_band(860))
    if cube.bands > 2:
        return Component("PCA", 0), Component("PCA", 1)
    return BandValue(0), BandValue(cube.bands - 1)


def principal_component(cube: Cube, number: int) -> Projection:
    """Return one of the components that a view of principal components shows."""
    basis = components(cube)
    weights = basis.axes[:, number]
    return Projection(basis.bands, weights, float(basis.mean @ weights))


def read_points(
    cube: Cube, features: tuple[Feature, Feature], window: Window, step: int = 1
) -> NDArray[np.float32]:
    """Return (rows, cols, 2) where every `step`-th pixel of a window lies, NaN where invalid."""
    x, y = features
    if isinstance(x, Projection) and isinstance(y, Projection) and x.bands == y.bands:
        weights = np.stack([x.weights, y.weights], axis=1)
        offsets = np.array([x.offset, y.offset], np.float32)
        return weighted_sums(cube, x.bands, weights, window, step) - offsets
    return np.stack([_read(cube, feature, window, step) for feature in features], axis=2)


def _read(cube: Cube, feature: Feature, window: Window, step: int) -> NDArray[np.float32]:
    match feature:
        case BandValue(band):
            return cube.physical(cube.band(band, window, step))
        case IndexValue(name):
            return compute_index(cube, name, window, step)
        case Projection(bands, weights, offset):
            sums = weighted_sums(cube, bands, weights[:, None], window, step)[:, :, 0]
            return sums - np.float32(offset)


@dataclass(frozen=True, eq=False)
class Lasso:
    """A closed outline in the plane, which adds its points to a selection or takes them out.

    Parameters
    ----------
    vertices : ndarray of float64 (n, 2)
        (x, y).
    """

    vertices: NDArray[np.float64]
    adds: bool = True

    def inside(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return True for the points (…, 2) inside the outline; never for NaN."""
        from skimage.measure import points_in_poly

        flat = points.reshape(-1, 2)
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        near = ((flat >= low) & (flat <= high)).all(axis=1)
        # Shifted and scaled, so that points far from 0 keep their digits.
        size = np.where(high > low, high - low, 1)
        corners, candidates = (self.vertices - low) / size, (flat[near] - low) / size
        near[near] = points_in_poly(candidates, corners)  # type: ignore[no-untyped-call]  # scikit-image
        return np.asarray(near.reshape(points.shape[:-1]))


def selected(points: NDArray[np.floating], lassos: Sequence[Lasso]) -> NDArray[np.bool_]:
    """Return True for the points (…, 2) that lassos select, drawn one after another."""
    found = np.zeros(points.shape[:-1], bool)
    for lasso in lassos:
        if lasso.adds:
            found |= lasso.inside(points)
        else:
            found &= ~lasso.inside(points)
    return found


@dataclass(frozen=True)
class Frame:
    """A part of the plane."""

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def around(cls, points: NDArray[np.floating]) -> Frame:
        """Return the part that shows all points (n, 2) but a thousandth at either end, and some margin."""
        finite = points[np.isfinite(points).all(axis=1)]
        if not len(finite):
            return cls(0, 1, 0, 1)
        (left, bottom), (right, top) = np.percentile(finite.astype(np.float64), (0.1, 99.9), axis=0).tolist()
        # Constant values lie in the middle.
        x, y = ((high - low) * 0.06 or abs(high) * 0.1 or 1.0 for low, high in ((left, right), (bottom, top)))
        return cls(left - x, right + x, bottom - y, top + y)


def bins(
    points: NDArray[np.floating], frame: Frame, shape: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the bin of every point (n, 2) inside a frame, and which points those are.

    Bins are counted row by row from the lower left, `shape` (rows, cols) of them.
    """
    low = np.array([frame.left, frame.bottom])
    size = np.array([frame.right, frame.top]) - low
    with np.errstate(invalid="ignore"):
        place = (points.astype(np.float64) - low) / size
        inside = ((place >= 0) & (place < 1)).all(axis=1)
    col, row = (place[inside] * (shape[1], shape[0])).astype(np.intp).T
    return np.minimum(row, shape[0] - 1) * shape[1] + np.minimum(col, shape[1] - 1), inside


def density(points: NDArray[np.floating], frame: Frame, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return (rows, cols) how dense points (n, 2) lie: log(1 + n) of each bin, 1 for the fullest."""
    places, _ = bins(points, frame, shape)
    counts = np.log1p(np.bincount(places, minlength=shape[0] * shape[1]))
    return (counts / max(float(counts.max()), 1e-9)).astype(np.float32).reshape(shape)
