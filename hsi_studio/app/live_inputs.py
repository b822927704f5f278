"""What the live map is computed from, read off the labels, the classes and the texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.app.live_options import LiveOptions
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.live.map_requests import MapWanted
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.live.text_service import EncoderChoice, Texts

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Anchor:
    """The texts as they were when the labels last changed.

    The closed form projects scores into the space of these texts; what is written later is scored there, so
    that a changed word changes the map. The next label projects anew.

    Parameters
    ----------
    encoder : EncoderChoice
    classes : ClassTable
        With those texts.
    raw : dict of class id to ndarray (d,)
    centre : ndarray (d,)
    """

    encoder: EncoderChoice
    classes: ClassTable
    raw: dict[int, Vectors]
    centre: Vectors

    @classmethod
    def of(cls, texts: Texts) -> Anchor:
        """Return the texts as they are."""
        ids = (entry.id for entry in texts.wanted.classes)
        raw = dict(zip(ids, texts.embeddings.raw, strict=True))
        return cls(texts.wanted.encoder, texts.wanted.classes, raw, texts.embeddings.centre)

    @property
    def described(self) -> bool:
        """Whether any class had more than its name."""
        return any(entry.description.strip() for entry in self.classes)

    def vectors(self, texts: Texts) -> tuple[Vectors, Vectors]:
        """Return E (V, d) as it was and as it is, for the classes of `texts`; new classes are as they are."""
        now = texts.embeddings.raw
        ids = [entry.id for entry in texts.wanted.classes]
        then = np.stack([self.raw.get(id, vector) for id, vector in zip(ids, now, strict=True)])
        return _centred(then, self.centre), _centred(now, self.centre)

    def holds(self, texts: Texts) -> bool:
        """Tell whether the texts of its classes have not changed since."""
        if self.encoder != texts.wanted.encoder:
            return False
        ids = (entry.id for entry in texts.wanted.classes)
        now = dict(zip(ids, texts.embeddings.raw, strict=True))
        return all(id in now and np.array_equal(now[id], vector) for id, vector in self.raw.items())


def map_wanted(
    recipe: CubeRecipe,
    labels: Labels,
    classes: ClassTable,
    options: LiveOptions,
    words: tuple[Anchor, Texts] | None,
) -> MapWanted | None:
    """Return the request for a map; None where fewer than two classes have labels.

    `words` are the texts when the labels last changed, and those to be scored; None while they are not read.
    """
    positions, targets = labelled_pixels(labels, classes)
    present = np.flatnonzero(np.bincount(targets, minlength=len(classes)))
    if len(present) < 2:
        return None
    part = np.arange(len(classes)) if options.words_alone else present
    then, now = (None, None) if words is None else (one[part] for one in words[0].vectors(words[1]))
    return MapWanted(
        recipe,
        positions,
        np.searchsorted(part, targets),
        np.array([entry.id for entry in classes], np.int16)[part],
        then,
        now,
        described=words is not None and words[0].described,
        smooth=options.smooth,
        engine=options.engine,
    )


def labelled_pixels(labels: Labels, classes: ClassTable) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return flat index and place in the class table of each labelled pixel, both (n,)."""
    # One place more than ids, for those that no class has.
    place = np.full(max((entry.id for entry in classes), default=0) + 2, -1, np.intp)
    for number, entry in enumerate(classes):
        place[entry.id] = number
    positions, targets = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for key, tile in labels.tiles.items():
        area = labels.tile_window(key)
        rows, cols = np.nonzero(tile)
        positions.append((rows + area.row) * labels.cols + cols + area.col)
        targets.append(place[np.minimum(tile[rows, cols], len(place) - 1)])
    known = np.concatenate(targets) >= 0
    return np.concatenate(positions)[known], np.concatenate(targets)[known]


def _centred(raw: Vectors, centre: Vectors) -> Vectors:
    moved = raw - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-12), np.float32)
