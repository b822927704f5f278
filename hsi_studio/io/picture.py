"""Pictures as PNG files."""

from __future__ import annotations

import io
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
    require_png_name(path)
    with atomic_output(path) as temporary:
        temporary.write_bytes(png_bytes(rgba))


def require_png_name(path: Path) -> None:
    """Refuse a name of a picture that does not end in .png.

    Raises
    ------
    UsageError
        Saying so.
    """
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path} is no name of a picture", "end it in .png")


def png_bytes(rgba: NDArray[np.uint8]) -> bytes:
    """Return a picture (rows, cols, 4) as the content of a PNG file."""
    from matplotlib.image import imsave

    content = io.BytesIO()
    imsave(content, rgba, format="png")
    return content.getvalue()


def overlaid(picture: NDArray[np.uint8], over: NDArray[np.uint8], opacity: float) -> NDArray[np.uint8]:
    """Return `picture` with `over` mixed in where that is opaque; all are (rows, cols, 4)."""
    share = over[..., 3:] / 255 * opacity
    mixed = picture.copy()
    mixed[..., :3] = np.round(picture[..., :3] * (1 - share) + over[..., :3] * share)
    return mixed
