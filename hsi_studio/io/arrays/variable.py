"""Named arrays in a file, as all readers of such files describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.source import CubeSource
from hsi_studio.io.arrays.axes import Layout, squeezed
from hsi_studio.io.guard import shape_text


@dataclass(frozen=True)
class Variable:
    """A named array in a file.

    Parameters
    ----------
    name : str
        What the user calls it and `OpenOptions.variable` takes.
    shape : tuple of int
    dtype : dtype
    dims : tuple of str
        Names of the axes; empty where the file has none.
    attributes : mapping
        What the file says about it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    dims: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_numeric(self) -> bool:
        return self.dtype.kind in "iufb"

    @property
    def sides(self) -> int:
        """Number of axes left when superfluous ones of length 1 are dropped."""
        return len(squeezed(self.shape))

    @property
    def is_vector(self) -> bool:
        """Whether it lists numbers along one axis."""
        return self.is_numeric and 1 < max(self.shape, default=0) == int(np.prod(self.shape, dtype=object))

    @property
    def text(self) -> str:
        return f"{shape_text(self.shape)} {self.dtype.name}"


class Container(Protocol):
    """A file with named arrays, opened."""

    path: Path
    format: str

    def variables(self) -> Sequence[Variable]:
        """Return what the file holds; cheap."""
        ...

    def values(self, variable: Variable) -> NDArray[Any]:
        """Return all values of a variable; for small ones."""
        ...

    def source(self, variable: Variable, layout: Layout) -> CubeSource:
        """Return the lazy values of a variable."""
        ...
