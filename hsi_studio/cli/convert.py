"""`hsi-studio convert`: a cube in another format."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hsi_studio.cli.options import Json, Overwrite, with_cube
from hsi_studio.cli.output import note, print_json, progress_bar
from hsi_studio.core.cube import Cube


class Interleave(StrEnum):
    """Order of values in an ENVI file."""

    BIL = "bil"
    BIP = "bip"
    BSQ = "bsq"


@with_cube
def convert(
    cube: Cube,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="File to write; its ending decides the format.")],
    *,
    interleave: Annotated[
        Interleave | None, typer.Option(help="For ENVI; else the ending's or the cube's own.")
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Write a cube as ENVI, GeoTIFF, NumPy or Zarr, whatever its size.

    Wavelengths, widths, bad bands, band names, scale, no-data value, position and classes are kept; values
    stay as they are stored. OUT ends in .hdr, .img, .dat, .raw, .bil, .bip, .bsq, .tif, .npy or .zarr.

    For example:

    - `hsi-studio convert scene.mat scene.hdr --interleave bil`

    - `hsi-studio convert capture_folder reflectance.zarr`
    """
    from hsi_studio.io.convert import convert as write

    started = time.perf_counter()
    with progress_bar(f"Writing {out.name}") as progress:
        written = write(cube, out, interleave=interleave, overwrite=overwrite, progress=progress)
    for remark in written.notes:
        note(remark)
    if as_json:
        seconds = round(time.perf_counter() - started, 3)
        print_json({"file": written.files[0], "files": written.files, "seconds": seconds})
    else:
        print(", ".join(str(file) for file in written.files))
