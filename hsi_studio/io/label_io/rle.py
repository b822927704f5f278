"""Run lengths of a set of pixels as COCO stores them.

Pixels are counted down the columns, first column first. Lengths alternate between outside and inside, from
outside; as text each is the difference to the length two before it, in groups of five bits, low group first
(T.-Y. Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014; the ``maskApi`` of its tools).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Lengths = NDArray[np.int64]


def lengths_of(rows: NDArray[np.integer], cols: NDArray[np.integer], shape: tuple[int, int]) -> Lengths:
    """Return the run lengths of the pixels at `rows`, `cols` (n,) in an image of `shape`."""
    flat = np.sort(np.asarray(cols, np.int64) * shape[0] + rows)
    if not len(flat):
        return np.array([shape[0] * shape[1]])
    last = np.flatnonzero(np.diff(flat) != 1)
    starts, stops = flat[np.r_[0, last + 1]], flat[np.r_[last, len(flat) - 1]] + 1
    edges = np.stack((starts, stops), axis=1).ravel()
    lengths: Lengths = np.diff(np.r_[0, edges, shape[0] * shape[1]])
    return lengths if lengths[-1] else lengths[:-1]


def pixels_of(lengths: Sequence[int] | Lengths, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which pixels (rows, cols) lie inside.

    Raises
    ------
    ValueError
        When the lengths are negative or do not fill the image; checked before memory is taken.
    """
    runs = np.asarray(lengths, np.int64)
    if runs.ndim != 1 or (runs < 0).any() or (runs > shape[0] * shape[1]).any():
        raise ValueError("run lengths that no image has")
    if int(runs.sum()) != shape[0] * shape[1]:
        raise ValueError(f"runs of {int(runs.sum())} pixels in an image of {shape[0]} × {shape[1]}")
    inside: NDArray[np.bool_] = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return inside.reshape(shape[1], shape[0]).T


def to_text(lengths: Lengths) -> str:
    """Return run lengths in COCO's short form."""
    values = lengths.tolist()
    steps = [value - (values[i - 2] if i > 2 else 0) for i, value in enumerate(values)]
    return "".join(character for step in steps for character in _groups(step))


def from_text(text: str) -> Lengths:
    """Return the run lengths of COCO's short form.

    Raises
    ------
    ValueError
        For text that is none.
    """
    values: list[int] = []
    for step in _steps(text):
        values.append(step + (values[-2] if len(values) > 2 else 0))
    return np.array(values, np.int64)


def _groups(step: int) -> Iterator[str]:
    while True:
        bits, step = step & 31, step >> 5
        ends = step == (-1 if bits & 16 else 0)
        yield chr(48 + bits + (0 if ends else 32))
        if ends:
            return


def _steps(text: str) -> Iterator[int]:
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("no run lengths")
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            yield value - (1 << shift) if bits & 16 else value
            value = shift = 0
    if shift:
        raise ValueError("run lengths that break off")
