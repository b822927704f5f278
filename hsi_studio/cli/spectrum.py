"""`hsi-studio spectrum`: a pixel's spectrum, or a window's mean and deviation."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from hsi_studio.cli.options import Json, integers, with_cube
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.core.cube import Cube
from hsi_studio.core.region import Rectangle, region_statistics
from hsi_studio.core.spectra import Spectrum, pixel_spectrum, transform
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.io.outputs import require_outputs
from hsi_studio.io.spectra_export import spectra_files, write_spectra


class Shape(StrEnum):
    """Transforms by short names; see `core.spectra.TRANSFORMS`."""

    SNV = "snv"
    DERIVATIVE = "derivative"
    CONTINUUM = "continuum"
    SNR = "snr"


_TRANSFORMS = {
    Shape.SNV: "SNV",
    Shape.DERIVATIVE: "First derivative",
    Shape.CONTINUUM: "Continuum removed",
    Shape.SNR: "SNR",
}


@with_cube
def spectrum(
    cube: Cube,
    *,
    pixel: Annotated[
        str | None, typer.Option(metavar="R,C", help="Row and column, counted from 0 at the top left.")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="R0,C0,R1,C1", help="Mean and deviation of rows R0 to R1 − 1 and columns C0 to C1 − 1."
        ),
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored", help="Values as stored, not divided by the scale factor.")
    ] = False,
    shape: Annotated[
        Shape | None,
        typer.Option("--transform", help="Standard normal variate, slope, continuum removal, mean ÷ std."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write it to a .csv or .sli file besides.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the spectrum of one pixel, or mean and sample standard deviation of a window.

    For example:

    - `hsi-studio spectrum scene.hdr --pixel 72,15`

    - `hsi-studio spectrum scene.hdr --window 60,10,80,30 -o field.csv --json`
    """
    if out is not None:
        require_outputs(spectra_files(out), cube=cube)
    measured = _measure(cube, pixel, window)
    shown = _scaled(cube, measured, stored) if shape is None else _transformed(cube, measured, shape)
    if out is not None:
        write_spectra(out, [shown], cube.wavelengths_nm, cube.good_bands())
    if as_json:
        print_json(_description(cube, shown, out))
    else:
        _print(cube, shown)


def _measure(cube: Cube, pixel: str | None, window: str | None) -> Spectrum:
    if (pixel is None) == (window is None):
        raise UsageError("one place is needed", "pass either --pixel R,C or --window R0,C0,R1,C1")
    if pixel is not None:
        row, col = integers(pixel, 2, "--pixel", "72,15")
        _check_inside(cube, Window(row, col, 1, 1), f"pixel {row}, {col}")
        return pixel_spectrum(cube, row, col)
    top, left, bottom, right = integers(window or "", 4, "--window", "60,10,80,30")
    area = Window(top, left, bottom - top, right - left)
    _check_inside(cube, area, f"window {window}")
    with progress_bar("Averaging") as progress:
        return region_statistics(cube, Rectangle(area), progress)


def _check_inside(cube: Cube, window: Window, name: str) -> None:
    if window.rows < 1 or window.cols < 1:
        raise UsageError(f"{name} is empty", "R1 and C1 are the row and column after the last")
    if not cube.window.contains(window):
        raise UsageError(
            f"{name} lies outside the {cube.rows} × {cube.cols} pixels", "count rows and columns from 0"
        )


def _scaled(cube: Cube, measured: Spectrum, stored: bool) -> Spectrum:
    factor = np.float32(1.0 if stored else cube.scale_factor)
    std = None if measured.std is None else measured.std / factor
    return replace(measured, values=measured.values / factor, std=std)


def _transformed(cube: Cube, measured: Spectrum, shape: Shape) -> Spectrum:
    values = transform(
        measured.values[None],
        cube.wavelengths_nm,
        cube.good_bands(),
        _TRANSFORMS[shape],
        scale_factor=cube.scale_factor,
        std=None if measured.std is None else measured.std[None],
    )
    return replace(measured, values=values[0], std=None)


def _description(cube: Cube, shown: Spectrum, out: Path | None) -> dict[str, Any]:
    return {
        "name": shown.name,
        "pixels": shown.count,
        "wavelengths_nm": cube.wavelengths_nm,
        "values": shown.values,
        "std": shown.std,
        "bad_bands": np.flatnonzero(~cube.good_bands()),
        "file": out,
    }


def _print(cube: Cube, shown: Spectrum) -> None:
    columns = {"band": [str(band) for band in range(1, cube.bands + 1)]}
    if cube.wavelengths_nm is not None:
        columns["nm"] = [f"{nm:.1f}" for nm in cube.wavelengths_nm]
    columns["value"] = _texts(shown.values)
    if shown.std is not None:
        columns["std"] = _texts(shown.std)
    print_table(f"{cube.name}: {shown.name}", tuple(columns), zip(*columns.values(), strict=True))


def _texts(values: NDArray[np.float32]) -> list[str]:
    return [f"{value:.6g}" if np.isfinite(value) else "–" for value in values]
