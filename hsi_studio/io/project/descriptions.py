"""Every text that the classes of a project have had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hsi_studio.io.project.errors import decoding
from hsi_studio.io.project.store import Store


@dataclass(frozen=True)
class DescriptionVersion:
    """A text that a class once had.

    Parameters
    ----------
    text : str
    when : datetime
        Of the change, in UTC.
    flipped : int, optional
        Pixels whose predicted class the change has turned; None where that was not counted.
    """

    text: str
    when: datetime
    flipped: int | None = None


def versions(store: Store, class_id: int) -> list[DescriptionVersion]:
    """Return every text that a class has had, oldest first."""
    with decoding(store.path, "a description"):
        rows = store.connection.execute(
            "SELECT text, time, flipped FROM descriptions WHERE class = ? ORDER BY number", (class_id,)
        )
        return [
            DescriptionVersion(text, datetime.fromtimestamp(when, UTC), flipped)
            for text, when, flipped in rows
        ]


def set_flipped(store: Store, class_id: int, flipped: int) -> None:
    """Note how many predicted pixels the newest description of a class has turned."""
    store.connection.execute(
        "UPDATE descriptions SET flipped = ? "
        "WHERE number = (SELECT max(number) FROM descriptions WHERE class = ?)",
        (flipped, class_id),
    )
