"""Arguments and options that several commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from hsi_studio.cli.output import note, progress_bar
from hsi_studio.core.cube import Cube
from hsi_studio.errors import UsageError
from hsi_studio.io import OpenOptions, open_cube

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")]
_PANEL = "How the file is opened"


def _open(
    cube: Annotated[Path, typer.Argument(metavar="CUBE", help="File or capture folder to open.")],
    *,
    variable: Annotated[
        str | None,
        typer.Option(
            help="Variable or data set of a MATLAB, HDF5, NetCDF, .npz or Zarr file.", rich_help_panel=_PANEL
        ),
    ] = None,
    band_axis: Annotated[
        int | None,
        typer.Option(
            min=0, max=2, help="Axis of the bands, where the file does not say.", rich_help_panel=_PANEL
        ),
    ] = None,
    white: Annotated[
        Path | None,
        typer.Option(help="White reference: values become reflectance.", rich_help_panel=_PANEL),
    ] = None,
    dark: Annotated[Path | None, typer.Option(help="Dark reference.", rich_help_panel=_PANEL)] = None,
    references: Annotated[
        bool,
        typer.Option(help="Apply white and dark references found beside the scene.", rich_help_panel=_PANEL),
    ] = True,
) -> Cube:
    options = OpenOptions(variable, band_axis, white, dark, references)
    with progress_bar(f"Opening {cube.name}") as progress:
        opened = open_cube(cube, options=options, progress=progress)
    for remark in opened.notes:
        note(remark)
    return opened


def with_cube(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, whose first parameter is an open `Cube`, the argument CUBE and the options of opening.

    Remarks of the reader go to standard error.
    """
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    path, *opening = inspect.signature(_open, eval_str=True).parameters.values()

    @wraps(command)
    def opened(**given: Any) -> None:
        chosen = {parameter.name: given.pop(parameter.name) for parameter in (path, *opening)}
        command(_open(**chosen), **given)

    keywords = (parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in (path, *own, *opening))
    opened.__signature__ = inspect.Signature(list(keywords))  # type: ignore[attr-defined]  # typer's
    opened.__annotations__ = {}
    return opened


def numbers(text: str, count: int, option: str, example: str) -> tuple[float, ...]:
    """Return `count` comma-separated numbers given to an option.

    Raises
    ------
    UsageError
        When there are more, fewer or other things.
    """
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != count:
        raise UsageError(f"{option} takes {count} numbers, not {text!r}", f"write it like {option} {example}")
    return values


def integers(text: str, count: int, option: str, example: str) -> tuple[int, ...]:
    """Return `count` comma-separated whole numbers given to an option; see `numbers`."""
    values = numbers(text, count, option, example)
    if any(not value.is_integer() for value in values):
        raise UsageError(f"{option} takes whole numbers, not {text!r}", f"write it like {option} {example}")
    return tuple(int(value) for value in values)
