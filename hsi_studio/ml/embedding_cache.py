"""Vectors of texts that were read before, on disk."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.descriptions import ClassText
from hsi_studio.core.progress import Progress
from hsi_studio.ml.encoders import Encoded, Pooling, Reading, TextEncoder, fallback_notes, finished
from hsi_studio.paths import cache_dir

_READ = "every part"
"""How texts are read: vectors that were read otherwise are left alone."""


class CachedEncoder:
    """A text encoder that reads each text once: kept by text, encoder hash and pooling."""

    def __init__(self, inner: TextEncoder, folder: Path | None = None) -> None:
        self._inner = inner
        self._folder = cache_dir() / "embeddings" if folder is None else folder

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def pooling(self) -> Pooling:
        return self._inner.pooling

    @property
    def fingerprint(self) -> str:
        return self._inner.fingerprint

    def encode(self, texts: Sequence[ClassText], progress: Progress | None = None) -> Encoded:
        return finished(self.reading(texts), progress)

    def reading(self, texts: Sequence[ClassText]) -> Reading[Encoded]:
        known = {text: vector for text in texts if (vector := self._load(text)) is not None}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            fresh = yield from self._inner.reading(missing)
            known |= dict(zip(missing, fresh.vectors, strict=True))
        for text in missing:
            self._save(text, known[text])
        return Encoded(np.stack([known[text] for text in texts]), fallback_notes(texts, self.pooling))

    def _path(self, text: ClassText) -> Path:
        phrase = text.name if self.pooling == "label-phrase" else ""
        key = "\0".join((_READ, self.fingerprint, self.pooling, phrase, text.text))
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.npy"

    def _load(self, text: ClassText) -> NDArray[np.float32] | None:
        try:
            vector: NDArray[np.float32] = np.load(self._path(text), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        usable = vector.ndim == 1 and vector.dtype == np.float32 and np.isfinite(vector).all()
        return vector if usable else None

    def _save(self, text: ClassText, vector: NDArray[np.float32]) -> None:
        """Keep a vector; a full or read-only disk costs only the time to read the text again."""
        path = self._path(text)
        temporary = path.with_name(f".{secrets.token_hex(4)}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                np.save(file, vector, allow_pickle=False)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
