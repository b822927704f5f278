"""A trained classifier: features → z' → z'·E."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.ml.heads import Head, TextHead
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.s3fn import Architecture, Backbone


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that a map needs.

    Parameters
    ----------
    method : str
        Its name in `METHODS`.
    classes : ClassTable
        In the order of the scores.
    preprocessor : Preprocessor
    backbone : Backbone
    head : TextHead or SoftmaxHead
    wavelengths_nm : ndarray of float64 (bands,), optional
        Of all bands of the training cube.
    bands : int
        Number of bands of the training cube.
    embeddings : LabelEmbeddings, optional
        What the texts gave; None for a classifier without texts.
    provenance : dict
        Plain values on how it was trained, for the user.
    """

    method: str
    classes: ClassTable
    preprocessor: Preprocessor
    backbone: Backbone
    head: Head
    bands: int
    wavelengths_nm: NDArray[np.float64] | None = None
    embeddings: LabelEmbeddings | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def architecture(self) -> Architecture:
        return self.backbone.architecture

    def to(self, device: str) -> Model:
        """Move the networks to a device, in place, and return the model."""
        self.backbone.to(device).eval()
        self.head.to(device).eval()
        return self

    @torch.inference_mode()
    def project(self, image: Tensor) -> Tensor:
        """Return z' (rows, cols, d) of components (C', rows + field − 1, cols + field − 1)."""
        features = self.backbone.dense(image[None])[0].movedim(0, -1)
        projected: Tensor = self.head(features.flatten(0, 1))
        return projected.unflatten(0, features.shape[:2])  # type: ignore[no-untyped-call, no-any-return]

    @torch.inference_mode()
    def scores(self, projected: Tensor) -> Tensor:
        """Return z'·E times the scale (rows, cols, U), the logits of a softmax."""
        return self.head.scale() * (projected @ self.head.embeddings().T)

    def with_words(self, classes: ClassTable, embeddings: LabelEmbeddings) -> Model:
        """Return the same model scoring other texts, without training.

        Raises
        ------
        HsiError
            When it was trained without texts, with another encoder, or holds the same classes in another
            order.
        """
        if not isinstance(self.head, TextHead) or self.embeddings is None:
            raise HsiError(f"a model of the method {self.method} knows no words", "train one with s3fn")
        self._require_same_encoder(embeddings)
        require_order(self.classes, classes)
        head = TextHead(
            self.architecture.features,
            embeddings.vectors,
            rectified=self.head.rectified,
            score=self.head.score,
        )
        learned = self.head.state_dict()
        head.load_state_dict({**head.state_dict(), **{k: learned[k] for k in _SHARED}})
        return replace(self, classes=classes, head=head.eval(), embeddings=embeddings)

    def _require_same_encoder(self, embeddings: LabelEmbeddings) -> None:
        assert self.embeddings is not None
        own = (self.embeddings.fingerprint, self.embeddings.pooling)
        if own != (embeddings.fingerprint, embeddings.pooling):
            raise HsiError(
                f"the model was trained with texts read by {self.embeddings.encoder} "
                f"({self.embeddings.pooling}), not by {embeddings.encoder} ({embeddings.pooling})",
                "use that encoder",
            )


_SHARED = ("projection.weight", "projection.bias", "log_scale")


def require_order(own: ClassTable, other: ClassTable) -> None:
    """Refuse a table with the same classes under other numbers or in another order.

    Raises
    ------
    HsiError
        Naming the first class that differs.
    """
    mine, theirs = [(e.id, e.name) for e in own], [(e.id, e.name) for e in other]
    if mine == theirs or {name for _, name in mine} != {name for _, name in theirs}:
        return
    place, (_, name) = next((i, pair) for i, pair in enumerate(theirs) if i >= len(mine) or pair != mine[i])
    raise HsiError(
        f"the model's classes come in another order: class {place + 1} is {mine[place][1]}, not {name}",
        "keep the model's order and ids",
    )
