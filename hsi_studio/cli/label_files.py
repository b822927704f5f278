"""Labels and truths that commands read beside a cube."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import ChoiceNeeded, UsageError

_MOST_TOLD = 8
_MUCH = 0.5


@contextmanager
def chosen_by(option: str) -> Iterator[None]:
    """Name the option of this command that chooses among the arrays of a file.

    Raises
    ------
    ChoiceNeeded
    """
    try:
        yield
    except ChoiceNeeded as question:
        raise question.by(option) from None


def require_classes(ids: NDArray[np.integer], table: ClassTable, name: str) -> None:
    """Refuse labels (rows, cols) with ids that a table lacks.

    Raises
    ------
    UsageError
        Also telling of one that fills most of the raster: it looks like what another program writes where
        there is no label.
    """
    values, counts = np.unique(ids, return_counts=True)
    strange = ~np.isin(values, [0, *(entry.id for entry in table)])
    if not strange.any():
        return
    told = ", ".join(map(str, values[strange][:_MOST_TOLD]))
    cause = f"{name} holds ids that no class has: {told}"
    common = int(values[counts.argmax()])
    if strange[counts.argmax()] and counts.max() > _MUCH * ids.size:
        share = f"{counts.max() / ids.size:.0%}".replace("%", " %")
        raise UsageError(
            f"{cause}; {common} fills {share} of it", "write 0 where there is no label, or add the class"
        )
    raise UsageError(cause, "add them to the class table")
