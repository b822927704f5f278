"""The instant head as a classifier: what was learned on one scene, at work on this or another cube."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError
from hsi_studio.ml.classifier import Prediction, require_order, require_same_encoder
from hsi_studio.ml.instant.fit import ClickLabels, InstantFit
from hsi_studio.ml.instant.head import InstantHead
from hsi_studio.ml.instant.network import Network
from hsi_studio.ml.instant.resampling import resampling
from hsi_studio.ml.instant.scene_tiles import complete_features, windows
from hsi_studio.ml.instant.spectra import SpectralStatistics
from hsi_studio.ml.instant.text_projection import TextProjection
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.wavelength_match import has_same_bands, require_covered

METHOD = "instant"
_SEEN = 0.8  # of the work, when what the experts see is there


@dataclass(frozen=True, eq=False)
class InstantModel:
    """A fit with the statistics of its scene.

    On the training cube the labels clamp the map. On another cube the scene's statistics, the linear experts
    and their weights stay as they were learned, and only the pixel graph is the cube's own: such a map is as
    good as the two scenes are alike in calibration, light and season.

    Parameters
    ----------
    classes : ClassTable
    statistics : SpectralStatistics
    fit : InstantFit
    labels : ClickLabels
        Of the training cube.
    rows : int
        Of the training cube; it has ``labels.cols`` columns.
    bands : int
        Number of bands of the training cube.
    wavelengths_nm : ndarray of float64 (bands,), optional
    projection : TextProjection, optional
        Into the space of the texts.
    embeddings : LabelEmbeddings, optional
        Of the classes' texts; given whenever there is a projection.
    smoothing : bool
        Whether the random walker is used.
    network : Network, optional
        Sees for one of the experts.
    provenance : dict
    """

    classes: ClassTable
    statistics: SpectralStatistics
    fit: InstantFit
    labels: ClickLabels
    rows: int
    bands: int
    wavelengths_nm: NDArray[np.float64] | None = None
    projection: TextProjection | None = None
    embeddings: LabelEmbeddings | None = None
    smoothing: bool = True
    network: Network | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return METHOD

    def predict(
        self,
        cube: Cube,
        *,
        device: str = "cpu",
        side: int | None = None,
        window: Window | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Prediction]:
        """Yield the prediction of a window at once, or in tiles where the scene's features would not fit.

        It is computed on the CPU, save for what a network sees. Tiles see 64 pixels around them.
        """
        model = self if self.network is None else replace(self, network=replace(self.network, device=device))
        asked = cube.window if window is None else window
        for part, head, step in model._heads(cube, asked, side, progress):
            probable = head.probabilities(smooth=self.smoothing, progress=step.part(_SEEN, 1.0))
            yield _prediction(part, head, probable)

    def heat(
        self, cube: Cube, texts: NDArray[np.float32], progress: Progress | None = None
    ) -> Iterator[tuple[Window, NDArray[np.float32]]]:
        """Yield (window, scores (rows, cols, k)) of free texts (k, d); NaN where nothing was measured.

        Raises
        ------
        HsiError
            When the model knows no texts.
        """
        if self.projection is None:
            raise HsiError(
                "the model was trained without texts", "train it with a class table of descriptions"
            )
        for part, head, _ in self._heads(cube, cube.window, None, progress):
            scores = head.heat(texts).reshape(*head.features.valid.shape, -1)
            yield part, scores[_within(part, head.features.window)]

    def _heads(
        self, cube: Cube, asked: Window, side: int | None, progress: Progress | None = None
    ) -> Iterator[tuple[Window, InstantHead, Progress]]:
        """Yield windows with the head at work on them and their surroundings, and the progress there."""
        progress, done = Progress() if progress is None else progress, 0
        labels = self._clamped(cube)
        for part, around in windows(cube, self.statistics, asked, side):
            step = progress.part(done / asked.size, (done + part.size) / asked.size)
            done += part.size
            told = step.part(0.0, _SEEN)
            features = complete_features(cube, self.statistics, around, told, self.network)
            local = labels.seen_from(around)
            local = local.take(features.valid.ravel()[local.positions])
            vectors = None if self.embeddings is None else self.embeddings.vectors
            head = InstantHead(features, self.fit, local, len(self.classes), self.projection, vectors)
            yield part, head, step

    def _clamped(self, cube: Cube) -> ClickLabels:
        """Return the labels on the training cube, none on another one."""
        same = (cube.rows, cube.cols) == (self.rows, self.labels.cols)
        own = same and cube.fingerprint == self.provenance.get("cube_fingerprint")
        return self.labels if own else self.labels.take(np.zeros(0, np.intp))

    def with_words(self, classes: ClassTable, embeddings: LabelEmbeddings) -> InstantModel:
        """Return the same model scoring other texts, without training.

        Labels of renamed classes clamp no more.

        Raises
        ------
        HsiError
            When it knows no texts, was trained with another encoder, or has another order of classes.
        """
        if self.embeddings is None:
            raise HsiError(
                "the model was trained without texts", "train it with a class table of descriptions"
            )
        require_same_encoder(self.embeddings, embeddings)
        require_order(self.classes, classes)
        pairs = zip(self.classes, classes, strict=False)
        same = np.array([*(own.name == other.name for own, other in pairs), *([False] * len(self.classes))])
        labels = self.labels.take(same[self.labels.targets])
        return replace(self, classes=classes, embeddings=embeddings, labels=labels)

    def fitted_to(self, cube: Cube) -> InstantModel:
        """Return the model reading another cube; bands at other wavelengths are interpolated.

        Raises
        ------
        HsiError
            When the bands cannot be matched, or do not reach as far as the training cube's.
        """
        if has_same_bands(self.wavelengths_nm, self.bands, self.statistics.bands, cube):
            return self
        assert self.wavelengths_nm is not None
        assert cube.wavelengths_nm is not None
        needed = self.wavelengths_nm[self.statistics.bands]
        good = np.flatnonzero(cube.good_bands())
        require_covered(needed, cube.wavelengths_nm[good], cube.name)
        read = resampling(needed, good, cube.wavelengths_nm[good])
        return replace(self, statistics=replace(self.statistics, resampling=read))

    def to_bytes(self) -> bytes:
        """Return the content of its file."""
        from hsi_studio.ml.instant.model_file import packed

        return packed(self)


def _prediction(part: Window, head: InstantHead, probable: NDArray[np.float32]) -> Prediction:
    valid = head.features.valid
    place = _within(part, head.features.window)
    positions = probable.argmax(axis=1).astype(np.int16).reshape(valid.shape)
    confidence = probable.max(axis=1).reshape(valid.shape)
    positions[~valid], confidence[~valid] = -1, 0
    shares = probable.reshape(*valid.shape, -1)
    shares[~valid] = 0
    return Prediction(part, positions[place], confidence[place], "cpu", shares[place])


def _within(part: Window, whole: Window) -> tuple[slice, slice]:
    row, col = part.row - whole.row, part.col - whole.col
    return slice(row, row + part.rows), slice(col, col + part.cols)
