"""Arguments and small steps that the commands on sets of images share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.foreground import Foreground, Side
from hsi_studio.errors import ChoiceNeeded, CubeFileError, HsiError, UsageError
from hsi_studio.io import open_cube
from hsi_studio.io.image_entry import ImageEntry
from hsi_studio.io.labels import read_ids, same_size
from hsi_studio.ml.vote import By

_OBJECT = "Object and background"
_FRUIT = "DeepHS-Fruit"


Decide = Annotated[By, typer.Option(help="One vote per pixel, or the mean of their probabilities.")]
Band = Annotated[
    float | None,
    typer.Option(help="Tell the object by the band at this wavelength in nm.", rich_help_panel=_OBJECT),
]
Index = Annotated[
    str | None,
    typer.Option(help="Tell it by a spectral index, such as NDVI [the mean band].", rich_help_panel=_OBJECT),
]
Threshold = Annotated[
    float | None, typer.Option(help="Value between object and background [Otsu's].", rich_help_panel=_OBJECT)
]
Where = Annotated[
    Side,
    typer.Option(
        help="Where the object lies [the side that touches the border less].", rich_help_panel=_OBJECT
    ),
]
Whole = Annotated[
    bool, typer.Option("--whole-image", help="All measured pixels vote.", rich_help_panel=_OBJECT)
]
Raster = Annotated[
    str | None,
    typer.Option(
        help="Ending of a raster beside each image, such as _object.png; not 0 on the object.",
        rich_help_panel=_OBJECT,
    ),
]
Fruit = Annotated[str | None, typer.Option(help="Such as Avocado.", rich_help_panel=_FRUIT)]
Camera = Annotated[str | None, typer.Option(help="VIS, NIR or VIS_COR.", rich_help_panel=_FRUIT)]
Target = Annotated[str, typer.Option(help="Key of the annotations.", rich_help_panel=_FRUIT)]


@dataclass(frozen=True)
class Objects:
    """Opens images and tells their objects."""

    foreground: Foreground
    raster: str | None = None

    def open(self, entry: ImageEntry) -> tuple[Cube, NDArray[np.bool_]]:
        """Return an image, by the name that its set gives it, and its object (rows, cols).

        Raises
        ------
        HsiError
            When the image or its raster cannot be read, or nothing of the object is seen.
        """
        cube = _opened(entry)
        if cube.wavelengths_nm is None and len(entry.wavelengths_nm) == cube.bands:
            cube = replace(cube, wavelengths_nm=np.array(entry.wavelengths_nm))
        inside = self.foreground.pixels(cube) if self.raster is None else self._given(entry.path, cube)
        if not inside.any():
            raise UsageError(
                f"no object is seen in {entry.name}", "choose another threshold or leave the image out"
            )
        return cube, inside

    def _given(self, path: Path, cube: Cube) -> NDArray[np.bool_]:
        raster = path.with_name(f"{path.stem}{self.raster}")
        if not raster.is_file():
            raise CubeFileError(f"{path.name} has no {raster.name} beside it", "add it or correct --raster")
        size = (cube.rows, cube.cols)
        try:
            ids = read_ids(raster, size=size)
        except ChoiceNeeded as question:
            raise CubeFileError(question.cause, "keep one of them in it") from None
        same_size(ids, size, raster.name, cube.name)
        return np.asarray(ids != 0)


def _opened(entry: ImageEntry) -> Cube:
    try:
        return replace(open_cube(entry.path), name=entry.name)
    except HsiError as error:
        told = error.cause.removeprefix(entry.path.name)
        cause = f"{entry.name}{told}" if told != error.cause else f"{entry.name}: {error.cause}"
        raise CubeFileError(cause, error.remedy) from error


def objects(
    *,
    band: float | None,
    index: str | None,
    threshold: float | None,
    side: Side,
    whole_image: bool,
    raster: str | None,
) -> Objects:
    """Return what the options say.

    Raises
    ------
    UsageError
        When they contradict each other.
    """
    ways = {"--band": band, "--index": index, "--raster": raster, "--whole-image": whole_image or None}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} each tell the object", "give one of them")
    return Objects(Foreground(band, index, threshold, side, whole_image), raster)
