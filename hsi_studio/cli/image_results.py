"""How votes on images agree with what is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return accuracy over images (None where no class is known), by class, and the confusion.

    Parameters
    ----------
    rows : sequence of dict
        With ``class`` and ``truth``.
    """
    known = [row for row in rows if row["truth"] is not None]
    right = sum(row["class"] == row["truth"] for row in known)
    pairs = Counter((row["truth"], row["class"]) for row in known)
    truths = Counter(row["truth"] for row in known)
    return {
        "compared": len(known),
        "right": right,
        "accuracy": right / len(known) if known else None,
        "per_class": {name: pairs[name, name] / count for name, count in sorted(truths.items())},
        "confusion": [
            {"truth": truth, "class": found, "images": count}
            for (truth, found), count in sorted(pairs.items())
        ],
    }
