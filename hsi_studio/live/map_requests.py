"""What is asked of the instant head, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.live.recipes import CubeRecipe

if TYPE_CHECKING:
    from hsi_studio.ml.label_embeddings import LabelEmbeddings

MOST_PIXELS = 400_000
"""Largest scene that is followed live."""

LEAN_FROM = 100_000
"""Pixels from which a scene is followed by two experts: spreading the fractions of the others takes long."""


@dataclass(frozen=True, eq=False)
class SceneWanted:
    """Request ``scene``: get the features of a cube ready; the answers are `Stage`."""

    recipe: CubeRecipe


@dataclass(frozen=True)
class Stage:
    """How far the features of a scene are: experts that are ready, and whether all are."""

    experts: tuple[str, ...]
    complete: bool
    seconds: float


EngineName = Literal["instant", "s3fn", "both"]
"""Which experts make the map: the nine of the recipe, a trained network, or all of them."""


@dataclass(frozen=True, eq=False)
class NetworkGiven:
    """Request ``network``: a trained network joins as an expert by its features (rows · cols, F).

    `content` is that of its model file. `learned` are the flat indices of the pixels that it was trained on,
    where it is no judge of itself. The answer is True.
    """

    recipe: CubeRecipe
    content: bytes
    features: NDArray[np.float32]
    learned: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class MapWanted:
    """Request ``map``: the classes of all pixels; the answers are `LiveMap`, each from more experts.

    Parameters
    ----------
    recipe : CubeRecipe
    positions, targets : ndarray of int (n,)
        Flat index of each labelled pixel, and place of its class in `ids`.
    ids : ndarray of int16 (V,)
        Of the classes that take part.
    anchor : ndarray of float32 (V, d), optional
        E as it was when the labels last changed: what the scores are projected through.
    vectors : ndarray of float32 (V, d), optional
        E as it is now. Without both, texts play no part and only classes with labels can win.
    described : bool
        Whether a class of the anchor had a description; bare names are no prior.
    smooth : bool
        Whether the random walker spreads probabilities.
    engine : {"instant", "s3fn", "both"}
        Without a network all are ``instant``.
    """

    recipe: CubeRecipe
    positions: NDArray[np.intp]
    targets: NDArray[np.intp]
    ids: NDArray[np.int16]
    anchor: NDArray[np.float32] | None = None
    vectors: NDArray[np.float32] | None = None
    described: bool = True
    smooth: bool = True
    engine: EngineName = "both"


@dataclass(frozen=True, eq=False)
class LiveMap:
    """One map.

    Parameters
    ----------
    ids : ndarray of int16 (rows, cols)
        0 where nothing was measured.
    confidence, margin, certainty : ndarray of float32 (rows, cols)
        Largest probability; its lead over the second; 1 − entropy / log V. Zeros where nothing was measured.
    complete : bool
        Whether all experts took part.
    weights : dict of str to float
        Trust in each expert.
    seconds : float
    """

    ids: NDArray[np.int16]
    confidence: NDArray[np.float32]
    margin: NDArray[np.float32]
    certainty: NDArray[np.float32]
    complete: bool
    weights: dict[str, float]
    seconds: float


@dataclass(frozen=True, eq=False)
class HeatWanted:
    """Request ``heat``: how well any text (d,) fits each pixel.

    The answer is an array of float32 (rows, cols), NaN where nothing was measured.
    """

    map: MapWanted
    vector: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ModelWanted:
    """Request ``model``: the instant head as a model file; the answer is its content.

    Parameters
    ----------
    recipe : CubeRecipe
    positions, ids : ndarray of int (n,)
        Flat index and class id of each labelled pixel.
    classes : ClassTable
        Those that have labels.
    embeddings : LabelEmbeddings, optional
        Of these classes, in order; without them the classes are plain scores.
    network : bytes, optional
        Content of a trained network's file, which joins as one more expert.
    """

    recipe: CubeRecipe
    positions: NDArray[np.intp]
    ids: NDArray[np.int16]
    classes: ClassTable
    embeddings: LabelEmbeddings | None
    network: bytes | None = None


@dataclass(frozen=True, eq=False)
class NextWanted:
    """Request ``next``: the unlabelled pixel that would teach most; the answer is a `Suggestion`.

    `passed` are flat indices that the user did not want.
    """

    map: MapWanted
    passed: tuple[int, ...] = ()
