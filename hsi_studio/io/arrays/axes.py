"""Which axis of an array holds the bands, for formats that do not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.io.guard import shape_text

_BANDS = {
    "band", "bands", "wavelength", "wavelengths", "wl", "wvl", "lambda", "channel", "channels", "spectral",
    "spectrum", "nband", "nbands", "wavenumber",
}  # fmt: skip
_ROWS = {"row", "rows", "y", "line", "lines", "lat", "latitude", "northing", "downtrack", "along_track"}
_COLS = {"col", "cols", "x", "sample", "samples", "lon", "longitude", "easting", "crosstrack", "across_track"}

# Sensors rarely have more bands, and whole scenes are rarely narrower.
_MOST_BANDS = 512
_IMAGE_SIDE = 256


@dataclass(frozen=True)
class Layout:
    """Axes of rows, cols and bands in an array of `ndim` axes; the others have length 1.

    `bands` is None for an array of two axes, which is one band.
    """

    ndim: int
    rows: int
    cols: int
    bands: int | None

    @property
    def _kept(self) -> list[int]:
        return [self.rows, self.cols] + ([] if self.bands is None else [self.bands])

    def pick(self, values: Sequence[int]) -> tuple[int, int, int]:
        """Return the entries of rows, cols and bands out of one per axis, such as a shape."""
        return values[self.rows], values[self.cols], 1 if self.bands is None else values[self.bands]

    def key(self, rows: slice, cols: slice, bands: slice) -> tuple[slice | int, ...]:
        """Return the index of a box in the array; axes of length 1 are dropped by it."""
        key: list[slice | int] = [0] * self.ndim
        key[self.rows], key[self.cols] = rows, cols
        if self.bands is not None:
            key[self.bands] = bands
        return tuple(key)

    def arrange(self, box: NDArray[Any]) -> NDArray[Any]:
        """Return what `key` cut out as (rows, cols, bands), without a copy."""
        order = np.argsort(np.argsort(self._kept))
        return box.transpose(order) if self.bands is not None else box.transpose(order)[:, :, np.newaxis]

    def view(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the whole array as (rows, cols, bands), without a copy."""
        everything = slice(None)
        return self.arrange(array[self.key(everything, everything, everything)])

    def reversed(self) -> Layout:
        """Return the layout of the same array with its axes in reverse order."""
        last = self.ndim - 1
        bands = None if self.bands is None else last - self.bands
        return Layout(self.ndim, last - self.rows, last - self.cols, bands)


def infer_band_axis(
    shape: Sequence[int], wavelengths: int | None = None, names: Sequence[str] = ()
) -> tuple[int, str | None]:
    """Return the axis of the bands among three, and a note when it was guessed from the shape alone.

    Parameters
    ----------
    shape : sequence of 3 int
    wavelengths : int, optional
        Number of wavelengths that the file lists.
    names : sequence of 3 str, optional
        Names of the axes.
    """
    named = _named_axis(names)
    if named is not None:
        return named, None
    matching = [axis for axis, length in enumerate(shape) if length == wavelengths]
    if len(matching) == 1:
        return matching[0], None
    axis = matching[-1] if matching else _likely_axis(tuple(shape))
    return axis, (
        f"The file does not say which axis of {shape_text(tuple(shape))} holds the bands: "
        f"taken as the {('first', 'second', 'third')[axis]}."
    )


def _named_axis(names: Sequence[str]) -> int | None:
    words = [name.rsplit("/", 1)[-1].strip().lower() for name in names]
    if len(words) != 3:
        return None
    bands = [axis for axis, word in enumerate(words) if word in _BANDS]
    if len(bands) == 1:
        return bands[0]
    spatial = [axis for axis, word in enumerate(words) if word in _ROWS | _COLS]
    return 3 - sum(spatial) if len(spatial) == 2 else None


def _likely_axis(shape: tuple[int, ...]) -> int:
    """Return the odd one out of two equal sides; else the first if the last cannot be it; else the last."""
    first, second, third = shape
    if len(set(shape)) == 2:
        return 0 if second == third else 1 if first == third else 2
    return 0 if first <= _MOST_BANDS < third and second >= _IMAGE_SIDE else 2


def infer_layout(
    shape: Sequence[int], band_axis: int | None, wavelengths: int | None = None, names: Sequence[str] = ()
) -> tuple[Layout, int | None, str | None]:
    """Return the layout of an array, the axis of the bands where it was inferred, and a note.

    Axes are counted after those of length 1 have been dropped from arrays of more than three.

    Parameters
    ----------
    shape : sequence of int
        At least two axes; at most three longer than 1.
    band_axis : int, optional
        The user's answer.
    wavelengths, names
        As for `infer_band_axis`.
    """
    kept = squeezed(shape)
    words = [names[axis] for axis in kept] if len(names) == len(shape) else []
    if len(kept) == 2:
        rows, cols = _in_image_order(kept, words)
        return Layout(len(shape), rows, cols, None), None, None
    axis, note = infer_band_axis([shape[axis] for axis in kept], wavelengths, words)
    said = _named_axis(words) is not None
    if band_axis is not None:
        axis, note, said = band_axis, None, False
    others = [i for i in range(3) if i != axis]
    rows, cols = _in_image_order([kept[i] for i in others], [words[i] for i in others] if words else [])
    return Layout(len(shape), rows, cols, kept[axis]), None if said else axis, note


def _in_image_order(axes: Sequence[int], words: Sequence[str]) -> tuple[int, int]:
    turned = len(words) == 2 and (words[0].lower() in _COLS or words[1].lower() in _ROWS)
    return (axes[1], axes[0]) if turned else (axes[0], axes[1])


def squeezed(shape: Sequence[int]) -> list[int]:
    """Return the axes left after dropping those of length 1, the first ones first, until three are left."""
    axes = list(range(len(shape)))
    for axis in range(len(shape)):
        if len(axes) > 3 and shape[axis] == 1:
            axes.remove(axis)
    return axes
