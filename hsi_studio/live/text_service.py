"""Reads the texts of classes. In a process of its own: torch takes seconds to import and memory to hold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.descriptions import ClassText
from hsi_studio.core.steps import quietly
from hsi_studio.errors import HsiError

if TYPE_CHECKING:
    from hsi_studio.ml.benchmark.texts import Texts as ControlTexts
    from hsi_studio.ml.embedding_cache import CachedEncoder
    from hsi_studio.ml.label_embeddings import LabelEmbeddings


@dataclass(frozen=True)
class EncoderChoice:
    """A text encoder and how its vectors become one; see `HuggingFaceEncoder`."""

    name: str = "all-MiniLM-L6-v2"
    pooling: Literal["mean", "label-phrase"] = "mean"
    offline: bool = False


@dataclass(frozen=True)
class TextsWanted:
    """Request ``texts``: the embeddings of a class table; the answer is `Texts`."""

    classes: ClassTable
    encoder: EncoderChoice = EncoderChoice()


@dataclass(frozen=True, eq=False)
class Texts:
    """What the texts of a class table give.

    Parameters
    ----------
    wanted : TextsWanted
        What was read.
    embeddings : LabelEmbeddings
    seconds : float
        It took, with the encoder loaded.
    """

    wanted: TextsWanted
    embeddings: LabelEmbeddings
    seconds: float


@dataclass(frozen=True)
class PhraseWanted:
    """Request ``phrase``: the vector of any text; the answer is a float32 array (d,) of unit length."""

    text: str
    encoder: EncoderChoice = EncoderChoice()


@dataclass(frozen=True)
class ControlTextsWanted:
    """Request: the embeddings of a class table and of what could take its place.

    The answer is `hsi_studio.ml.benchmark.texts.Texts`.
    """

    classes: ClassTable
    encoder: EncoderChoice = EncoderChoice()


class TextService:
    """Answers requests for texts and phrases."""

    def answer(self, kind: str, body: Any) -> Iterator[Any]:
        match body:
            case TextsWanted():
                yield from _texts(body)
            case PhraseWanted():
                yield from _phrase(body)
            case ControlTextsWanted():
                yield from _controls(body)
            case _:
                raise HsiError(f"nothing answers {kind}")


def _texts(wanted: TextsWanted) -> Iterator[Texts | None]:
    from hsi_studio.ml.label_embeddings import reading_classes

    encoder = _encoder(wanted.encoder)
    yield None
    started = time.perf_counter()
    embeddings = yield from quietly(reading_classes(wanted.classes, encoder))
    yield Texts(wanted, embeddings, time.perf_counter() - started)


def _phrase(wanted: PhraseWanted) -> Iterator[NDArray[np.float32] | None]:
    reading = _encoder(wanted.encoder).reading([ClassText(wanted.text, wanted.text)])
    encoded = yield from quietly(reading)
    yield encoded.vectors[0]


def _controls(wanted: ControlTextsWanted) -> Iterator[ControlTexts | None]:
    from hsi_studio.ml.benchmark.texts import Texts, bare_names, nonsense
    from hsi_studio.ml.label_embeddings import reading_classes

    encoder, found = _encoder(wanted.encoder), []
    for table in (wanted.classes, bare_names(wanted.classes), nonsense(wanted.classes)):
        yield None
        found.append((yield from quietly(reading_classes(table, encoder))))
    yield Texts(*found)


@lru_cache(maxsize=1)
def _encoder(choice: EncoderChoice) -> CachedEncoder:
    """Return an encoder; the last one is kept loaded."""
    from hsi_studio.ml.embedding_cache import CachedEncoder
    from hsi_studio.ml.encoders import HuggingFaceEncoder

    inner = HuggingFaceEncoder(choice.name, pooling=choice.pooling, offline=choice.offline)
    return CachedEncoder(inner)
