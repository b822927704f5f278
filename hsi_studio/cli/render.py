"""`hsi-studio render`: the picture that the window would show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from hsi_studio.cli.options import Json, numbers, with_cube
from hsi_studio.cli.output import print_result
from hsi_studio.core.cube import Cube
from hsi_studio.core.levels import compute_levels
from hsi_studio.core.presets import default_view, describe, presets
from hsi_studio.core.reading import band_near
from hsi_studio.core.render import render as picture_of
from hsi_studio.core.view import (
    DEFAULT_COLORMAP,
    Composite,
    PcaComposite,
    RgbComposite,
    SingleBand,
    SpectralIndex,
    Stretch,
    TrueColor,
    ViewSpec,
)
from hsi_studio.errors import UsageError
from hsi_studio.io.outputs import require_outputs
from hsi_studio.io.picture import require_png_name, write_png

_T = TypeVar("_T")
_WHAT = "What is shown"
_HOW = "How bright it is"


@with_cube
def render(
    cube: Cube,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="PNG file to write.")],
    bands: Annotated[
        str | None,
        typer.Option(
            metavar="R,G,B",
            help="Bands counted from 0, or wavelengths: 650nm,550nm,450nm.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    band: Annotated[
        str | None,
        typer.Option(metavar="N", help="One band counted from 0, or 750nm.", rich_help_panel=_WHAT),
    ] = None,
    true_color: Annotated[
        bool, typer.Option("--true-color", help="As the eye sees it.", rich_help_panel=_WHAT)
    ] = False,
    pca: Annotated[
        bool, typer.Option("--pca", help="First three principal components.", rich_help_panel=_WHAT)
    ] = False,
    index: Annotated[
        str | None,
        typer.Option(
            help="A spectral index, such as NDVI (`info --json` lists them).", rich_help_panel=_WHAT
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="A preset of the window, such as SWIR.", rich_help_panel=_WHAT)
    ] = None,
    colormap: Annotated[
        str | None, typer.Option(help="For --band and --index, such as viridis.", rich_help_panel=_WHAT)
    ] = None,
    stretch: Annotated[
        str | None, typer.Option(metavar="LOW,HIGH", help="Percentiles [2,98].", rich_help_panel=_HOW)
    ] = None,
    minmax: Annotated[
        bool, typer.Option("--minmax", help="From the lowest to the highest value.", rich_help_panel=_HOW)
    ] = False,
    fixed: Annotated[
        str | None, typer.Option(metavar="LOW,HIGH", help="Between two values.", rich_help_panel=_HOW)
    ] = None,
    joint: Annotated[
        bool, typer.Option("--joint", help="The same limits for all three bands.", rich_help_panel=_HOW)
    ] = False,
    gamma: Annotated[float, typer.Option(min=0.1, max=10, rich_help_panel=_HOW)] = 1.0,
    max_size: Annotated[int, typer.Option(min=1, help="Longest side of the picture in pixels.")] = 2048,
    as_json: Json = False,
) -> None:
    """Write the picture that the window would show: without options, its first one.

    For example:

    - `hsi-studio render scene.hdr -o scene.png`

    - `hsi-studio render scene.hdr -o ndvi.png --index NDVI --fixed=-1,1`

    - `hsi-studio render scene.hdr -o swir.png --bands 2200nm,1650nm,850nm --stretch 1,99`
    """
    if colormap is not None and band is None and index is None:
        raise UsageError("--colormap needs something to colour", "pass --band or --index too")
    composites: dict[str, Composite | None] = {
        "--bands": None if bands is None else _rgb(cube, bands),
        "--band": None if band is None else SingleBand(_band(cube, band), colormap or "gray"),
        "--true-color": TrueColor() if true_color else None,
        "--pca": PcaComposite() if pca else None,
        "--index": None if index is None else SpectralIndex(index, colormap or DEFAULT_COLORMAP),
        "--preset": None if preset is None else _preset(cube, preset),
    }
    stretches: dict[str, Stretch | None] = {
        "--stretch": None if stretch is None else _percentiles(stretch),
        "--minmax": Stretch("minmax") if minmax else None,
        "--fixed": None if fixed is None else _between(fixed),
    }
    view = _view(cube, _only(composites), _only(stretches))
    view = replace(view, stretch=replace(view.stretch, joint=joint, gamma=gamma))
    print_result(write_picture(cube, view, out, max_size), as_json)


def _view(cube: Cube, composite: Composite | None, stretch: Stretch | None) -> ViewSpec:
    first = default_view(cube) if composite is None else ViewSpec(composite)
    return first if stretch is None else replace(first, stretch=stretch)


def write_picture(cube: Cube, view: ViewSpec, out: Path, max_size: int) -> dict[str, Any]:
    """Write the picture of a whole cube, at most `max_size` pixels long, and return what it shows."""
    require_png_name(out)
    require_outputs((out,), cube=cube)
    step = max(1, math.ceil(max(cube.rows, cube.cols) / max_size))
    levels = compute_levels(cube, view)
    picture = picture_of(cube, view, step=step, levels=levels)
    write_png(out, picture)
    return {
        "composite": describe(view.composite, cube),
        "bands": _bands_of(view.composite),
        "levels": levels.limits,
        "step": step,
        "width": picture.shape[1],
        "height": picture.shape[0],
        "file": out,
    }


def _bands_of(composite: Composite) -> tuple[int, ...] | None:
    """Return the bands shown as they are; None where the picture is computed from many."""
    match composite:
        case RgbComposite(red, green, blue):
            return red, green, blue
        case SingleBand(band):
            return (band,)
    return None


def _only(given: Mapping[str, _T]) -> _T | None:
    """Return the one value that is not None, if any."""
    chosen = {option: value for option, value in given.items() if value is not None}
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} exclude each other", "pass one of them")
    return next(iter(chosen.values()), None)


def _rgb(cube: Cube, text: str) -> RgbComposite:
    parts = text.split(",")
    if len(parts) != 3:
        raise UsageError(f"--bands takes three bands, not {text!r}", "write it like --bands 29,19,9")
    red, green, blue = (_band(cube, part) for part in parts)
    return RgbComposite(red, green, blue)


def _band(cube: Cube, text: str) -> int:
    """Return the band (0-based) of ``29`` or ``650nm``."""
    number, nm, rest = text.strip().lower().partition("nm")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if rest or not math.isfinite(value):
        raise UsageError(
            f"{text!r} is no band", "write a number counted from 0, or a wavelength such as 650nm"
        )
    if nm and cube.wavelengths_nm is None:
        raise UsageError(f"{cube.name} has no wavelengths", "give bands by number, counted from 0")
    if nm:
        return band_near(cube, value)
    if value not in range(cube.bands):
        raise UsageError(f"there is no band {text}", f"bands count from 0 to {cube.bands - 1}")
    return int(value)


def _preset(cube: Cube, name: str) -> Composite:
    offered = presets(cube)
    for known, composite in offered.items():
        if known.lower() == name.lower():
            return composite
    raise UsageError(f"{cube.name} has no preset {name!r}", f"choose one of {', '.join(offered)}")


def _percentiles(text: str) -> Stretch:
    low, high = numbers(text, 2, "--stretch", "2,98")
    if not 0 <= low < high <= 100:
        raise UsageError(
            f"--stretch takes two rising percentages, not {text!r}", "write it like --stretch 2,98"
        )
    return Stretch("percentile", low, high)


def _between(text: str) -> Stretch:
    low, high = numbers(text, 2, "--fixed", "0,3000")
    if not -math.inf < low < high < math.inf:
        raise UsageError(f"--fixed takes two rising values, not {text!r}", "write it like --fixed 0,3000")
    return Stretch("fixed", low, high)
