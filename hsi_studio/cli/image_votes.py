"""The votes on the images of a set, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hsi_studio.cli.image_options import Objects
from hsi_studio.core.progress import Progress
from hsi_studio.errors import HsiError
from hsi_studio.io.image_entry import ImageEntry
from hsi_studio.ml.vote import By

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier

_FAILED: dict[str, Any] = {"class": None, "share": None, "pixels": None, "learned_from": None, "shares": {}}


def votes(
    entries: Sequence[ImageEntry],
    model: Classifier,
    telling: Objects,
    *,
    by: By,
    device: str,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Return one row per image: file, image, class, share, pixels, truth, learned_from, all shares, reason.

    An image that cannot be classified has no class and its reason; the others go on. ``truth`` is None where
    it is unknown.

    Raises
    ------
    HsiError, OSError
        When not one image can be classified: that of the first.
    """
    rows: list[dict[str, Any]] = []
    first: Exception | None = None
    for done, entry in enumerate(entries):
        inner = _passed_on(progress, done / len(entries), entry.name)
        inner.update(None)
        row = {"file": entry.path, "image": entry.name, "truth": entry.class_name}
        try:
            rows.append(row | _vote(entry, model, telling, by=by, device=device, progress=inner))
        except (HsiError, OSError) as error:
            first = first or error
            rows.append(row | _FAILED | {"reason": str(error)})
    if first is not None and all(row["class"] is None for row in rows):
        raise first
    return rows


def _vote(
    entry: ImageEntry, model: Classifier, telling: Objects, *, by: By, device: str, progress: Progress
) -> dict[str, Any]:
    from hsi_studio.ml.vote import learned_from, vote

    cube, inside = telling.open(entry)
    found = vote(model.fitted_to(cube), cube, inside, by, device=device, progress=progress)
    names = [one.name for one in model.classes]
    return {
        "class": names[found.position],
        "share": float(found.shares[found.position]),
        "pixels": found.pixels,
        "learned_from": learned_from(model, cube),
        "shares": dict(zip(names, found.shares.tolist(), strict=True)),
        "reason": None,
    }


def _passed_on(progress: Progress, fraction: float, text: str) -> Progress:
    """Return a progress for one image: a cancel reaches it, its own reports become this one."""
    return Progress(lambda *_: progress.update(fraction, text))
