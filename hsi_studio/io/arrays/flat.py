"""Cubes stored as a bands × pixels matrix beside the numbers of rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource
from hsi_studio.io.arrays.variable import Container, Variable
from hsi_studio.io.arrays.vectors import spectral_vectors
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.io.guard import array_bytes, require_memory
from hsi_studio.io.options import OpenOptions

_ROWS = {"nrow", "nrows", "rows", "height", "h", "lines", "numrows", "imgh"}
_COLS = {"ncol", "ncols", "cols", "width", "w", "samples", "numcols", "imgw"}
_SAMPLED_BANDS = 8


def flat_cube(container: Container, variables: Sequence[Variable], options: OpenOptions) -> Cube | None:
    """Return the cube of a flat matrix, or None when the file holds no such thing.

    MATLAB code writes the pixels column by column, Python code row by row: where the image is not square the
    smoother of the two is taken, else the order of MATLAB. A note says which.
    """
    sides = _sides(container, variables)
    matrix = None if sides is None else _matrix(variables, sides[0] * sides[1], options.variable)
    if sides is None or matrix is None:
        return None
    require_memory(array_bytes(matrix.shape, matrix.dtype), container.path, matrix.name)
    values = container.values(matrix)
    pixels = values.T if matrix.shape[1] == sides[0] * sides[1] else values
    image, order = _unfolded(pixels, *sides)
    fields = spectral_vectors(container, matrix, variables).fields(image.shape[2])
    return Cube(
        ArraySource(image),
        name=container.path.name,
        path=container.path,
        format=container.format,
        fingerprint=fingerprint([container.path]),
        **{**fields, "notes": (_note(matrix, order), *fields["notes"])},
    )


def _sides(container: Container, variables: Sequence[Variable]) -> tuple[int, int] | None:
    rows, cols = (_count(container, variables, names) for names in (_ROWS, _COLS))
    return None if rows is None or cols is None else (rows, cols)


def _count(container: Container, variables: Sequence[Variable], names: set[str]) -> int | None:
    for variable in variables:
        single = int(np.prod(variable.shape, dtype=object)) == 1
        if single and variable.is_numeric and variable.name.lower().replace("_", "") in names:
            value = float(container.values(variable).ravel()[0])
            return int(value) if value >= 1 and value.is_integer() else None
    return None


def _matrix(variables: Sequence[Variable], pixels: int, wanted: str | None) -> Variable | None:
    """Return the matrix with one column (or row) per pixel; the one with most bands if there are several."""
    fitting = [v for v in variables if v.is_numeric and len(v.shape) == 2 and pixels in v.shape]
    if wanted is not None:
        fitting = [v for v in fitting if v.name == wanted]
    return max(fitting, key=lambda v: min(v.shape), default=None)


def _unfolded(pixels: NDArray[Any], rows: int, cols: int) -> tuple[NDArray[Any], str]:
    """Return (rows, cols, bands) of (pixels, bands), and whether ``columns`` or ``rows`` of pixels follow."""
    by_column = pixels.reshape(cols, rows, -1).transpose(1, 0, 2)
    by_row = pixels.reshape(rows, cols, -1)
    # The two orders of a square image are each other's transpose and equally smooth.
    if rows != cols and _roughness(by_row) < _roughness(by_column):
        return by_row, "rows"
    return by_column, "columns"


def _roughness(image: NDArray[Any]) -> float:
    """Return the mean absolute difference of neighbours, on a few bands."""
    chosen = np.linspace(0, image.shape[2] - 1, _SAMPLED_BANDS).astype(int)
    sample = image[:, :, chosen].astype(np.float64)
    return float(np.nanmean(np.abs(np.diff(sample, axis=0))) + np.nanmean(np.abs(np.diff(sample, axis=1))))


def _note(matrix: Variable, order: str) -> str:
    return f"{matrix.name} is a flat matrix: its pixels were taken as {order} of the image one after another."
