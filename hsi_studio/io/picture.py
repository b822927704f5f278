"""Pictures as PNG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import UsageError
from hsi_studio.io.atomic import atomic_output


def write_png(path: Path, rgba: NDArray[np.uint8]) -> None:
    """Write a picture (rows, cols, 4).

    Raises
    ------
    UsageError
        When `path` does not end in .png.
    HsiError
        When the file cannot be written; an older file then stays as it was.
    """
    from matplotlib.image import imsave

    if path.suffix.lower() != ".png":
        raise UsageError(f"{path} is no name of a picture", "end it in .png")
    with atomic_output(path) as temporary:
        imsave(temporary, rgba, format="png")
