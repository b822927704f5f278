"""The pixels that labels lie on."""

from __future__ import annotations

from dataclasses import dataclass

from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference


@dataclass(frozen=True)
class Grid:
    """How many pixels an image has, where they lie on the ground, and what messages call it."""

    name: str
    rows: int
    cols: int
    georef: GeoReference | None = None

    @classmethod
    def of(cls, cube: Cube) -> Grid:
        """Return the grid of a cube."""
        return cls(cube.name, cube.rows, cube.cols, cube.georef)
