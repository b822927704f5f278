"""Colours that are told apart: those of a palette, and after them whichever is farthest from all in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

Color = tuple[int, int, int]

# Paul Tol's "muted" and "bright" sets and Okabe–Ito: told apart with the common colour-vision deficiencies.
PALETTE: tuple[Color, ...] = (
    (136, 204, 238), (204, 102, 119), (221, 204, 119), (17, 119, 51), (51, 34, 136), (170, 68, 153),
    (68, 170, 153), (153, 153, 51), (136, 34, 85), (230, 159, 0), (86, 180, 233), (0, 158, 115),
    (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167), (102, 204, 204), (187, 187, 187),
)  # fmt: skip

_LEVELS = range(0, 256, 15)
_LIGHTNESS = (0.35, 0.92)
"""Neither black nor white, which images are full of."""

# OKLab (B. Ottosson, 2020), where equal distances look equally different.
_RGB_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_CONES_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def free_colors(used: Iterable[Color], first: Sequence[Color] = PALETTE) -> Iterator[Color]:
    """Yield colours that are not in use nor yielded before; after some thousands they come again.

    Those of `first` come first, in their order; then always the one that looks least like any in use.
    """
    taken = list(used)
    for color in first:
        if color not in taken:
            taken.append(color)
            yield color
    colors, places = _candidates()
    nearest = np.full(len(colors), np.inf)
    for color in taken:
        nearest = np.minimum(nearest, _distances(places, _oklab(np.array(color))))
    while nearest.max() > 0:
        farthest = int(nearest.argmax())
        yield colors[farthest]
        nearest = np.minimum(nearest, _distances(places, places[farthest]))
    yield from cycle(colors)


@cache
def default_colors(count: int) -> tuple[Color, ...]:
    """Return the colours of `count` classes that were given none."""
    return tuple(islice(free_colors(()), count))


@cache
def _candidates() -> tuple[tuple[Color, ...], NDArray[np.float64]]:
    """Return colours all over the range of a display, and their places (n, 3) in OKLab."""
    rgb = np.stack(np.meshgrid(_LEVELS, _LEVELS, _LEVELS, indexing="ij"), axis=-1).reshape(-1, 3)
    places = _oklab(rgb)
    fits = (places[:, 0] >= _LIGHTNESS[0]) & (places[:, 0] <= _LIGHTNESS[1])
    return tuple((red, green, blue) for red, green, blue in rgb[fits].tolist()), places[fits]


def _distances(places: NDArray[np.float64], place: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(((places - place) ** 2).sum(axis=1))


def _oklab(rgb: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the places (…, 3) of sRGB colours from 0 to 255 in OKLab."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _RGB_TO_CONES.T) @ _CONES_TO_LAB.T)
