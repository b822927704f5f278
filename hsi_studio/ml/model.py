"""A trained network: features → z' → z'·E."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError
from hsi_studio.ml.classifier import Prediction, require_order, require_same_encoder
from hsi_studio.ml.devices import mixed
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
        """Return z' (rows, cols, d) of components (C', rows + field − 1, cols + field − 1), in float32.

        On CUDA the convolutions compute in half precision, the head never does.
        """
        with mixed(image.device.type):
            features = self.backbone.dense(image[None])[0].movedim(0, -1)
        projected: Tensor = self.head(features.float().flatten(0, 1))
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
        require_same_encoder(self.embeddings, embeddings)
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

    def predict(
        self,
        cube: Cube,
        *,
        device: str = "cpu",
        side: int | None = None,
        window: Window | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Prediction]:
        """Yield the prediction of each tile; none takes long. See `hsi_studio.ml.predict.predict`."""
        del progress
        from hsi_studio.ml.predict import predict

        return predict(self, cube, device=device, side=side, window=window)

    def fitted_to(self, cube: Cube) -> Model:
        """Return the model reading another cube; see `hsi_studio.ml.fitting.fitted_to`."""
        from hsi_studio.ml.fitting import fitted_to

        return fitted_to(self, cube)

    def to_bytes(self) -> bytes:
        """Return the content of its file."""
        from hsi_studio.ml.checkpoint import model_bytes

        return model_bytes(self)


_SHARED = ("projection.weight", "projection.bias", "log_scale")
