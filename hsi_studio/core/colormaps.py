"""Colour maps, from the cmap package."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import UsageError

_NAMES = (
    "gray", "viridis", "cividis", "magma", "inferno", "plasma", "turbo",
    "crameri:batlow", "crameri:vik", "crameri:roma", "cmocean:thermal", "cmocean:haline",
    "YlGn", "RdYlGn", "colorbrewer:RdBu", "Spectral",
)  # fmt: skip


def colormap_names() -> tuple[str, ...]:
    """Return the colour maps that menus offer; `lut` knows all others of cmap too."""
    return _NAMES


@cache
def lut(name: str) -> NDArray[np.uint8]:
    """Return the (256, 3) sRGB colours of a colour map, from low to high; read-only.

    Raises
    ------
    UsageError
        When cmap has no colour map of that name.
    """
    import cmap

    try:
        colors = cmap.Colormap(name).lut(256)
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"there is no colour map {name!r}", f"choose one of {', '.join(_NAMES)}") from error
    table = np.round(colors[:, :3] * 255).astype(np.uint8)
    table.flags.writeable = False
    return table
