"""Label embeddings E: what classes are told apart by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.descriptions import class_texts, same_texts
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError

if TYPE_CHECKING:
    from hsi_studio.ml.encoders import Reading, TextEncoder

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LabelEmbeddings:
    """Embeddings of the classes of one table.

    Parameters
    ----------
    names : tuple of str
        The classes, in the table's order.
    raw : ndarray of float32 (U, d)
        The encoder's vectors, of unit length.
    centre : ndarray of float32 (d,)
        What is subtracted from them: texts of one scene share most of their meaning (cosines of 0.95 are
        common), and only the rest tells classes apart.
    encoder, pooling, fingerprint : str
        What made them.
    notes : tuple of str
        Sentences for the user.
    """

    names: tuple[str, ...]
    raw: Vectors
    centre: Vectors
    encoder: str
    pooling: str
    fingerprint: str
    notes: tuple[str, ...] = ()

    @property
    def vectors(self) -> Vectors:
        """E, (U, d): centred and of unit length."""
        return unit(self.raw - self.centre)

    def take(self, places: NDArray[np.intp]) -> LabelEmbeddings:
        """Return those of some classes, about the same centre."""
        names = tuple(self.names[place] for place in places)
        return replace(self, names=names, raw=self.raw[places], notes=())

    def similarity(self) -> Vectors:
        """Return the cosines (U, U) of the raw vectors."""
        return np.asarray(unit(self.raw) @ unit(self.raw).T)

    def centred_similarity(self) -> Vectors:
        """Return the cosines (U, U) of the centred vectors."""
        return np.asarray(self.vectors @ self.vectors.T)


def embed_classes(
    table: ClassTable,
    encoder: TextEncoder,
    *,
    centre: Vectors | None = None,
    progress: Progress | None = None,
) -> LabelEmbeddings:
    """Read the classes' texts; see `reading_classes`."""
    from hsi_studio.ml.encoders import finished

    return finished(reading_classes(table, encoder, centre=centre), progress)


def reading_classes(
    table: ClassTable, encoder: TextEncoder, *, centre: Vectors | None = None
) -> Reading[LabelEmbeddings]:
    """Read the classes' texts step by step.

    Parameters
    ----------
    centre : ndarray of float32 (d,), optional
        That of a trained model, to be scored by it with other words; else the mean over the classes.
    """
    texts = class_texts(table)
    if not texts:
        raise UsageError("there are no classes to read", "add classes with descriptions")
    encoded = yield from encoder.reading(texts)
    if centre is None:
        centre = encoded.vectors.mean(axis=0) if len(texts) > 1 else np.zeros_like(encoded.vectors[0])
    equal = tuple(f"{' and '.join(names)} have the same text." for names in same_texts(table))
    return LabelEmbeddings(
        tuple(text.name for text in texts),
        encoded.vectors,
        centre,
        encoder.name,
        encoder.pooling,
        encoder.fingerprint,
        encoded.notes + equal,
    )


def require_distinct(table: ClassTable) -> None:
    """Refuse classes that no score could tell apart.

    Raises
    ------
    UsageError
        When two classes have the same text.
    """
    equal = same_texts(table)
    if equal:
        raise UsageError(
            f"{' and '.join(equal[0])} have the same description, so nothing tells them apart",
            "say what differs in one of them",
        )


def unit(vectors: Vectors) -> Vectors:
    """Return rows of unit length; zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
