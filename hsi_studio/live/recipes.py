"""How an engine process gets at a cube that is open in the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hsi_studio.core.cube import Cube
from hsi_studio.errors import CubeFileError
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.registry import open_cube

_DEMO = "Indian_pines_corrected.npy"


@dataclass(frozen=True, eq=False)
class CubeRecipe:
    """A cube to be opened again elsewhere.

    Parameters
    ----------
    cube : Cube, optional
        The cube itself, where its values lie in memory; else it is opened from `path` with `options`.
    fingerprint : str
        What it must turn out to be.
    """

    fingerprint: str
    path: str = ""
    options: OpenOptions = field(default_factory=OpenOptions)
    cube: Cube | None = None

    @classmethod
    def of(cls, cube: Cube, options: OpenOptions) -> CubeRecipe:
        """Return the recipe of an open cube."""
        if cube.path is None:
            return cls(cube.fingerprint, cube=cube)
        return cls(cube.fingerprint, str(cube.path), options)

    def open(self) -> Cube:
        """Open it.

        Raises
        ------
        CubeFileError
            When the file is gone or is not what it was.
        """
        if self.cube is not None:
            return self.cube
        path = Path(self.path)
        cube = open_demo()[0] if path.name == _DEMO else open_cube(path, options=self.options)
        if cube.fingerprint != self.fingerprint:
            raise CubeFileError(f"{path.name} has changed since it was opened", "open it again")
        return cube
