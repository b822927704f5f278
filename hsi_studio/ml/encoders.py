"""Text encoders: texts of any length to vectors."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.descriptions import ClassText, phrase_spans
from hsi_studio.core.progress import Progress
from hsi_studio.core.steps import drive
from hsi_studio.errors import HsiError
from hsi_studio.ml.chunking import chunks
from hsi_studio.ml.encoder_files import DEFAULT, NEEDED, content_hash, find_encoder
from hsi_studio.ml.lean_imports import lean_imports
from hsi_studio.ml.text_sums import TextSums

Pooling = Literal["mean", "label-phrase"]
T = TypeVar("T")
Reading = Generator[tuple[float, str], None, T]
"""Work that can be stopped wherever it yields how far it is, from 0 to 1, and the class that it reads."""

_BATCH = 8
_WIDE = 512
_MOST_TOKENS = 256  # what the default encoder was trained on


@dataclass(frozen=True, eq=False)
class Encoded:
    """Vectors of texts.

    Parameters
    ----------
    vectors : ndarray of float32 (U, d)
        Of unit length.
    notes : tuple of str
        Sentences for the user on what was done differently than asked.
    """

    vectors: NDArray[np.float32]
    notes: tuple[str, ...] = ()


class TextEncoder(Protocol):
    """Turns the texts of classes into vectors."""

    @property
    def name(self) -> str:
        """What the user chose it by."""
        ...

    @property
    def pooling(self) -> Pooling:
        """How the vectors of tokens become one."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of the files that its answers depend on."""
        ...

    def reading(self, texts: Sequence[ClassText]) -> Reading[Encoded]:
        """Read texts and return one vector per text."""
        ...


def finished(reading: Reading[T], progress: Progress | None = None) -> T:
    """Read to the end and return the result; `progress` may cancel between two steps."""
    told = Progress() if progress is None else progress
    return drive(reading, lambda step: told.update(*step))


class HuggingFaceEncoder:
    """A transformer of the BERT or RoBERTa kind, read from a folder of safetensors; loaded when first used.

    Parameters
    ----------
    name : str
        See `find_encoder`.
    pooling : {'mean', 'label-phrase'}
        Mean over all tokens of the last layer, or over the tokens that spell the class's name inside its own
        text (the mean over its occurrences), as published for S3FN.
    offline : bool
        Never ask the network for missing files.
    device : str
        Where it computes.

    Raises
    ------
    HsiError
        When its files are absent.
    """

    def __init__(
        self, name: str = DEFAULT, *, pooling: Pooling = "mean", offline: bool = False, device: str = "cpu"
    ) -> None:
        self.name = name
        self.pooling: Pooling = pooling
        self._device = device
        self._folder = find_encoder(name, offline=offline)

    @cached_property
    def fingerprint(self) -> str:
        return content_hash(self._folder)

    def encode(self, texts: Sequence[ClassText], progress: Progress | None = None) -> Encoded:
        """Return one vector per text; see `reading`."""
        return finished(self.reading(texts), progress)

    def reading(self, texts: Sequence[ClassText]) -> Reading[Encoded]:
        """Read texts and return one vector per text.

        Long texts are read in chunks and weighted by their tokens; what the network needs of memory does not
        grow with them.
        """
        chunked = [chunks(text.text, self._count, self._limit) for text in texts]
        read = [(i, piece) for i, pieces in enumerate(chunked) for piece in pieces]
        read.sort(key=lambda one: len(one[1]))  # alike lengths side by side need little padding
        sums = [TextSums(text.name, self.pooling) for text in texts]
        for first in range(0, len(read), _BATCH):
            batch = read[first : first + _BATCH]
            yield first / len(read), texts[batch[0][0]].name
            for (i, piece), states in zip(batch, self._read([piece for _, piece in batch]), strict=True):
                sums[i].add(piece, *states)
        vectors = np.stack([one.vector() for one in sums]).astype(np.float32)
        return Encoded(vectors, fallback_notes(texts, self.pooling))

    def _read(self, pieces: list[str]) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """Return the last layer's (tokens, d) and the tokens' (tokens, 2) places for each piece."""
        import torch  # not at the top: texts that were read before need only the cache

        tokenizer, model = self._loaded
        batch = tokenizer(
            pieces,
            padding=True,
            truncation=True,
            max_length=self._limit + tokenizer.num_special_tokens_to_add(),
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = batch.pop("offset_mapping").numpy()
        with torch.inference_mode(), _threads(model.config.hidden_size):
            hidden = model(**batch.to(self._device)).last_hidden_state.float().cpu().numpy()
        lengths = batch["attention_mask"].sum(1).tolist()
        keep = [slice(None, n) if tokenizer.padding_side == "right" else slice(-n, None) for n in lengths]
        return [(hidden[i, part], offsets[i, part]) for i, part in enumerate(keep)]

    def _count(self, text: str) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return len(self._loaded[0](text, add_special_tokens=False, verbose=False)["input_ids"])

    @cached_property
    def _limit(self) -> int:
        """Most tokens of a chunk, without the special ones around it."""
        tokenizer, model = self._loaded
        positions = getattr(model.config, "max_position_embeddings", _MOST_TOKENS)
        # RoBERTa counts its positions from the padding token's number on.
        positions -= (model.config.pad_token_id or 0) + 1 if "roberta" in model.config.model_type else 0
        limit = min(_MOST_TOKENS, positions, tokenizer.model_max_length)
        return max(1, int(limit) - int(tokenizer.num_special_tokens_to_add()))

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        return _load(self._folder, self.name, self._device)


@contextmanager
def _threads(width: int) -> Iterator[None]:
    """Compute a narrow encoder in one thread: on a busy machine several wait for each other far longer."""
    import torch

    before = torch.get_num_threads()
    if width < _WIDE:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def fallback_notes(texts: Sequence[ClassText], pooling: Pooling) -> tuple[str, ...]:
    """Return a sentence on the texts that ``label-phrase`` cannot be used for."""
    if pooling == "mean":
        return ()
    unnamed = [text.name for text in texts if not phrase_spans(text.name, text.text)]
    if not unnamed:
        return ()
    return (f"All words were averaged where a text does not name its class: {', '.join(unnamed)}.",)


def _read_with_less(folder: Path) -> tuple[Any, Any]:
    try:
        with lean_imports():
            return _read_folder(folder)
    except (ImportError, AttributeError):  # another version of transformers needs what was left out
        return _read_folder(folder)


def _load(folder: Path, name: str, device: str) -> tuple[Any, Any]:
    try:
        tokenizer, model = _read_with_less(folder)
    except (OSError, ValueError, KeyError) as error:
        first = str(error).strip().split("\n")[0][:160].strip()
        reason = "" if first.endswith(":") else f" ({first})"  # a list follows, of nothing for a user
        raise HsiError(f"the text encoder {name} could not be loaded{reason}", NEEDED) from error
    if not tokenizer.is_fast:
        raise HsiError(f"the tokenizer of {name} cannot tell where its tokens lie", "choose another encoder")
    return tokenizer, model.float().eval().to(device)


def _read_folder(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    model = AutoModel.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
    )
    return tokenizer, model
