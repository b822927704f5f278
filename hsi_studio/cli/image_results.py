"""How votes on images agree with what is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hsi_studio.errors import HsiError

Row = dict[str, Any]
"""One image, as `votes` tells it."""


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return accuracy over images, by class, and the confusion; of images the model has not learned from.

    Accuracy is None where no such image has a known class. Images that the model learned from are counted
    beside: it knows their answer.
    """
    known, learned = _known(rows, learned=False), _known(rows, learned=True)
    pairs = Counter((row["truth"], row["class"]) for row in known)
    truths = Counter(row["truth"] for row in known)
    return {
        "compared": len(known),
        "right": _right(known),
        "accuracy": _right(known) / len(known) if known else None,
        "per_class": {name: pairs[name, name] / count for name, count in sorted(truths.items())},
        "confusion": [
            {"truth": truth, "class": found, "images": count}
            for (truth, found), count in sorted(pairs.items())
        ],
        "learned_from": {"compared": len(learned), "right": _right(learned)},
        "failed": sum(row["class"] is None for row in rows),
    }


def in_words(report: dict[str, Any]) -> str | None:
    """Return a summary as a sentence; None where no class is known."""
    own, learned = report["compared"], report["learned_from"]
    beside = f"{learned['right']} of {learned['compared']} that the model learned from"
    if not own:
        return f"{beside} right, which tells nothing of other images." if learned["compared"] else None
    kind = "unseen images" if learned["compared"] else "images"
    told = f"{report['right']} of {own} {kind} right ({100 * report['accuracy']:.1f} %)"
    return f"{told}; {beside}." if learned["compared"] else f"{told}."


def require_all(rows: Sequence[Row]) -> None:
    """Refuse to end well when images were left out.

    Raises
    ------
    HsiError
        Counting them.
    """
    failed = [row for row in rows if row["class"] is None]
    if failed:
        told = failed[0]["image"] if len(failed) == 1 else f"{len(failed)} of {len(rows)} images"
        raise HsiError(f"{told} could not be classified", "see the reason above, correct it or leave it out")


def _known(rows: Sequence[Row], *, learned: bool) -> list[Row]:
    return [row for row in rows if row["truth"] is not None and row["learned_from"] is learned]


def _right(rows: Sequence[Row]) -> int:
    return sum(row["class"] == row["truth"] for row in rows)
