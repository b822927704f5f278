"""One way to make a cube from any file that holds named arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource
from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.arrays.axes import Layout, infer_layout
from hsi_studio.io.arrays.choose import choose_variable, chosen_raster
from hsi_studio.io.arrays.flat import flat_cube
from hsi_studio.io.arrays.scaling import scaled_fields
from hsi_studio.io.arrays.variable import Container, Variable
from hsi_studio.io.arrays.vectors import spectral_vectors
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.io.guard import require_numeric, shape_text
from hsi_studio.io.options import OpenOptions


def open_container(container: Container, options: OpenOptions) -> Cube:
    """Make a cube from the right variable of a file.

    Raises
    ------
    CubeFileError
        When there is no cube in it; `ChoiceNeeded` when there are several.
    """
    variables = container.variables()
    raster = chosen_raster(container.path, variables, options)
    if raster is not None:
        return cube_of(container, raster, variables, options)
    flat = flat_cube(container, variables, options)
    if flat is not None:
        return flat
    chosen, note = choose_variable(container.path, variables, options.variable)
    return cube_of(container, chosen, variables, options, note)


def cube_of(
    container: Container,
    chosen: Variable,
    variables: Sequence[Variable],
    options: OpenOptions,
    note: str | None = None,
) -> Cube:
    """Make a cube from one variable, with the wavelengths that other variables of the file list."""
    check_shape(container.path, chosen)
    check_axis(chosen, options.band_axis)
    vectors = spectral_vectors(container, chosen, variables)
    layout, band_axis, guess = infer_layout(chosen.shape, options.band_axis, vectors.count, chosen.dims)
    source = container.source(chosen, layout)
    fields = vectors.fields(source.shape[2])
    notes = tuple(text for text in (note, guess, *fields.pop("notes")) if text)
    return Cube(
        name=container.path.name,
        path=container.path,
        format=container.format,
        band_axis=band_axis,
        fingerprint=fingerprint([container.path]) if container.path.is_file() else "",
        notes=notes,
        **scaled_fields(source, chosen),
        **fields,
    )


def array_source(array: NDArray[Any], layout: Layout) -> ArraySource:
    """Return a source over values in memory."""
    return ArraySource(layout.view(array.view(np.uint8) if array.dtype.kind == "b" else array))


def check_shape(path: Path, variable: Variable) -> None:
    """Refuse what is not an image.

    Raises
    ------
    CubeFileError
        For values that are no numbers, no pixels, and the wrong number of axes.
    """
    where = f"{variable.name} in {path.name}" if variable.name else path.name
    require_numeric(variable.dtype, path, variable.name)
    if 0 in variable.shape:
        raise CubeFileError(f"{where} is empty ({shape_text(variable.shape)})", "choose another file")
    if variable.sides < 2 or variable.sides > 3:
        axes = shape_text(variable.shape) or "a single number"
        raise CubeFileError(
            f"{where} is {axes}, not an image of rows × columns × bands",
            "save an array of three axes",
        )


def check_axis(variable: Variable, band_axis: int | None) -> None:
    """Refuse an answer that the array does not have.

    Raises
    ------
    UsageError
        When `band_axis` is not 0, 1 or 2.
    """
    if band_axis is not None and not 0 <= band_axis < 3:
        raise UsageError(f"There is no band axis {band_axis}", f"choose 0, 1 or 2 of {variable.text}")
