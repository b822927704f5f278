"""What turns features z into scores: always z' and an inner product with one vector per class, z'·E."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from hsi_studio.ml.presets import Score

_FIRST_SCALE = 1 / 0.07
_LARGEST_SCALE = 100.0


class TextHead(nn.Module):
    """Stage 2 of S3FN (arXiv:2510.07556): z' = W z + b in the space of the label embeddings.

    Parameters
    ----------
    features : int
        Length of z.
    embeddings : ndarray of float32 (U, d)
        E, the label embeddings.
    rectified : bool
        ReLU on z', as published.
    score : {'cosine', 'raw'}
        Cosine times a learnable scale (at first 1/0.07, at most 100: without one, probabilities are capped
        near 0.55), or the plain inner product.
    residual : bool
        Learn a small vector per class that is added to its embedding.
    """

    given: Tensor

    def __init__(
        self,
        features: int,
        embeddings: NDArray[np.float32],
        *,
        rectified: bool = False,
        score: Score = "cosine",
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.register_buffer("given", torch.from_numpy(np.array(embeddings, np.float32)))
        self.projection = nn.Linear(features, self.given.shape[1])
        self.log_scale = nn.Parameter(torch.tensor(_FIRST_SCALE).log(), requires_grad=score == "cosine")
        self.residual = nn.Parameter(torch.zeros_like(self.given)) if residual else None
        self.rectified = rectified
        self.score: Score = score

    def forward(self, z: Tensor) -> Tensor:
        """Return z' (N, d) of features (N, features); of unit length for the cosine score."""
        projected: Tensor = self.projection(z)
        if self.rectified:
            projected = functional.relu(projected)
        return functional.normalize(projected, dim=1) if self.score == "cosine" else projected

    def embeddings(self) -> Tensor:
        """Return E (U, d) with what was learned on top of the texts."""
        return (
            self.given if self.residual is None else functional.normalize(self.given + self.residual, dim=1)
        )

    def scale(self) -> Tensor:
        """Return the factor on z'·E, a scalar."""
        if self.score == "raw":
            return torch.ones_like(self.log_scale)
        return self.log_scale.exp().clamp(max=_LARGEST_SCALE)

    def drift(self) -> Tensor:
        """Return (U,) the length of what was learned on top of each class's embedding."""
        return torch.zeros(len(self.given)) if self.residual is None else self.residual.norm(dim=1)


class SoftmaxHead(nn.Module):
    """A plain classifier, in the same form: E holds its weights and biases, z' the last layer's input and 1.

    Parameters
    ----------
    features, classes : int
    hidden : int, optional
        Width of a ReLU layer in between (64 as published).
    """

    def __init__(self, features: int, classes: int, hidden: int | None = None) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, hidden) if hidden else None
        self.output = nn.Linear(hidden or features, classes)

    def forward(self, z: Tensor) -> Tensor:
        """Return z' (N, width + 1) of features (N, features)."""
        inner = z if self.hidden is None else functional.relu(self.hidden(z))
        return functional.pad(inner, (0, 1), value=1.0)

    def embeddings(self) -> Tensor:
        """Return E (U, width + 1): weights, then the bias."""
        return torch.cat((self.output.weight, self.output.bias[:, None]), 1)

    def scale(self) -> Tensor:
        """Return 1."""
        return torch.ones((), device=self.output.weight.device)


Head = TextHead | SoftmaxHead


def scores(head: Head, z: Tensor) -> Tensor:
    """Return class scores (N, U), the logits of a softmax, of features (N, features)."""
    projected: Tensor = head(z)
    return head.scale() * (projected @ head.embeddings().T)
