"""Which of several arrays in a file is the cube."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hsi_studio.errors import Choice, ChoiceNeeded, CubeFileError
from hsi_studio.io.arrays.axes import infer_layout
from hsi_studio.io.arrays.variable import Variable
from hsi_studio.io.guard import shape_text
from hsi_studio.io.options import OpenOptions

# An RGB preview has three bands, one with transparency four.
_FEWEST_BANDS = 4


def choose_variable(
    path: Path, variables: Sequence[Variable], wanted: str | None
) -> tuple[Variable, str | None]:
    """Return the cube among the arrays of a file, and a note when others were passed over.

    The one array there is, or the one of three axes, is taken; of several the only one with more bands than a
    picture. Without any, the one image of two axes is taken.

    Parameters
    ----------
    path : Path
        For messages.
    variables : sequence of Variable
    wanted : str, optional
        Name that the user gave: whole, or the part behind the last slash.

    Raises
    ------
    CubeFileError
        When there is none; `ChoiceNeeded` when only the user can decide.
    """
    if wanted is not None:
        return _named(path, variables, wanted), None
    if len(variables) == 1:
        return variables[0], None
    cubes = [v for v in variables if v.is_numeric and v.sides == 3 and 0 not in v.shape]
    plausible = [v for v in cubes if _looks_like_cube(v)] or cubes
    if plausible:
        return _only(path, plausible, "cubes"), _passed_over(plausible[0], cubes)
    images = [v for v in variables if v.is_numeric and v.sides == 2 and min(v.shape[:2], default=0) > 1]
    if images:
        _refuse_spectra(path, images, variables)
        return _only(path, images, "images"), None
    raise CubeFileError(_nothing(path, variables), "choose another file")


def chosen_raster(path: Path, variables: Sequence[Variable], options: OpenOptions) -> Variable | None:
    """Return the raster that lies over a scene of `options.raster_size`, one of whole numbers before others.

    None where no such raster is wanted, another variable is named, or no array has that size.

    Raises
    ------
    ChoiceNeeded
        When there are several.
    """
    if options.raster_size is None or options.variable is not None:
        return None
    size = _without_ones(options.raster_size)
    fitting = [v for v in variables if v.is_numeric and v.sides > 1 and _without_ones(v.shape) == size]
    found = [v for v in fitting if v.dtype.kind in "iu"] or fitting
    return _only(path, found, f"rasters of {shape_text(options.raster_size)}") if found else None


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    return [length for length in shape if length > 1]


def _named(path: Path, variables: Sequence[Variable], wanted: str) -> Variable:
    for variable in variables:
        if wanted.strip("/") in (variable.name, variable.name.rsplit("/", 1)[-1]):
            return variable
    names = ", ".join(v.name for v in variables[:12]) or "none"
    raise CubeFileError(f"{path.name} has no variable {wanted}", f"choose one of these: {names}")


def _only(path: Path, candidates: Sequence[Variable], what: str) -> Variable:
    if len(candidates) == 1:
        return candidates[0]
    choices = [Choice(v.name, f"{v.name} ({v.text})") for v in candidates]
    raise ChoiceNeeded(f"{path.name} holds {len(candidates)} {what}", "variable", choices)


def _looks_like_cube(variable: Variable) -> bool:
    layout, _, _ = infer_layout(variable.shape, None, None, variable.dims)
    return layout.pick(variable.shape)[2] >= _FEWEST_BANDS and variable.dtype.kind != "b"


def _passed_over(chosen: Variable, cubes: Sequence[Variable]) -> str | None:
    others = [v.name for v in cubes if v is not chosen]
    if not others:
        return None
    return f"{chosen.name} was opened; the file also holds {', '.join(others[:5])}."


def _refuse_spectra(path: Path, images: Sequence[Variable], variables: Sequence[Variable]) -> None:
    """Tell a table of spectra from an image: another variable lists one number per column."""
    lengths = {max(v.shape) for v in variables if v.is_vector and v.dtype.kind == "f"}
    tables = [v for v in images if v.shape[-1] in lengths]
    if len(images) == len(tables) == 1:
        spectra, bands = tables[0].shape[-2:]
        raise CubeFileError(
            f"{path.name} is a table of {spectra} spectra with {bands} bands, not an image",
            "open an image of rows × columns × bands",
        )


def _nothing(path: Path, variables: Sequence[Variable]) -> str:
    held = ", ".join(f"{v.name} ({shape_text(v.shape) or 'one value'})" for v in variables[:6])
    return f"{path.name} holds no image of rows × columns × bands, but {held or 'nothing'}"
