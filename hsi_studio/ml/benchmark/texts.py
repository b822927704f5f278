"""Whether the words matter: the same labels with real texts, and with what could take their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.ml.benchmark.accuracy import compare
from hsi_studio.ml.classifier import Classifier, fill
from hsi_studio.ml.heat import heat
from hsi_studio.ml.label_embeddings import LabelEmbeddings, Vectors, unit
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene
from hsi_studio.ml.splits import Split, random_split

KINDS = {
    "real": "each class its own text",
    "shuffled": "each class another's text",
    "names": "the class names alone",
    "nonsense": "made-up words",
    "random": "random vectors",
    "one-hot": "vectors that say nothing of each other",
    "softmax": "no texts at all",
}
UNSEEN = ("real", "shuffled", "names", "nonsense", "random")
"""Kinds by which a class without labels can be scored."""

_SYLLABLES = ("ba", "ke", "lu", "mi", "no", "ra", "si", "ta", "vo", "ze", "dri", "flo", "gun", "pel")
_WITHOUT_TEXTS = {"s3fn": "cnn3d", "s3fn-paper": "cnn3d"}


@dataclass(frozen=True, eq=False)
class Texts:
    """What an encoder made of the classes' texts, of their names, and of made-up words."""

    real: LabelEmbeddings
    names: LabelEmbeddings
    nonsense: LabelEmbeddings

    def of(self, kind: str, seed: int) -> LabelEmbeddings | None:
        """Return the embeddings of a kind; None for ``softmax``."""
        random, count = np.random.default_rng(seed), len(self.real.names)
        if kind in ("real", "names", "nonsense"):
            found: LabelEmbeddings = getattr(self, kind)
            return found
        if kind == "softmax":
            return None
        if kind == "shuffled":
            raw = self.real.raw[_derangement(count, random)]
        elif kind == "one-hot":
            raw = np.eye(count, max(count, self.real.raw.shape[1]), dtype=np.float32)
        else:
            raw = unit(random.standard_normal(self.real.raw.shape).astype(np.float32))
        return replace(self.real, raw=raw, centre=raw.mean(axis=0))


@dataclass(frozen=True)
class TextTrial:
    """Overall accuracy with a kind of text on one drawing of labels."""

    kind: str
    shots: int
    seed: int
    overall_accuracy: float


@dataclass(frozen=True)
class UnseenTrial:
    """How well a class without labels is found by its text: area under the ROC curve over test pixels."""

    kind: str
    class_name: str
    seed: int
    auc: float


@dataclass(frozen=True, eq=False)
class TextCase:
    """What both measurements share."""

    cube: Cube
    truth: ClassRaster
    texts: Texts
    method: str = "instant"
    device: str = "cpu"

    def split(self, shots: int, seed: int) -> Split:
        """Return a random split."""
        return random_split(self.truth.ids.astype(np.int16), shots, seed)

    def train(
        self, labels: NDArray[np.int16], classes: ClassTable, texts: LabelEmbeddings | None, seed: int
    ) -> Classifier:
        """Return a model of the method, or of its like without texts."""
        name = self.method if texts is not None else _WITHOUT_TEXTS.get(self.method, self.method)
        way = method(name)
        settings = Settings(name, seed=seed, device=self.device)
        return finish(way.train(Scene(self.cube, labels, classes), texts, settings), Progress())


def nonsense(table: ClassTable) -> ClassTable:
    """Return the classes with made-up words for names and texts, always the same."""
    random = np.random.default_rng(0)

    def word() -> str:
        return "".join(random.choice(_SYLLABLES, 3))

    def sentence(length: int) -> str:
        return f"{' '.join(word() for _ in range(length))}.".capitalize()

    entries = (replace(entry, description=" ".join(sentence(9) for _ in range(3))) for entry in table)
    return ClassTable(tuple(entries))


def bare_names(table: ClassTable) -> ClassTable:
    """Return the classes without descriptions."""
    return ClassTable(tuple(replace(entry, description="") for entry in table))


def accuracy_trials(
    case: TextCase, kinds: Sequence[str], shots: Sequence[int], seeds: Sequence[int], progress: Progress
) -> Iterator[TextTrial]:
    """Yield the overall accuracy of each kind of text on the same labels."""
    runs, done = len(kinds) * len(shots) * len(seeds), 0
    truth = case.truth.ids.astype(np.int16)
    for seed in seeds:
        for count in shots:
            split = case.split(count, seed)
            for kind in kinds:
                progress.update(done / runs, f"{kind}, {count} per class, seed {seed}")
                model = case.train(split.labels, case.truth.classes, case.texts.of(kind, seed), seed)
                ids = np.zeros(truth.shape, np.int16)
                fill(model, case.cube, ids, np.zeros(ids.shape, np.float32), device=case.device)
                yield TextTrial(kind, count, seed, compare(ids, truth, split, None).overall_accuracy)
                done += 1


def unseen_trials(
    case: TextCase, kinds: Sequence[str], shots: int, seeds: Sequence[int], progress: Progress
) -> Iterator[UnseenTrial]:
    """Yield, for each class left without labels, how well each kind of text finds its pixels.

    The class stays in the table's centre, as in the window, where it has a text and no labels yet.
    """
    classes, done = tuple(case.truth.classes), 0
    runs = len(kinds) * len(seeds) * len(classes)
    for seed in seeds:
        split = case.split(shots, seed)
        for position, entry in enumerate(classes):
            own = case.truth.ids[split.test] == entry.id
            for kind in kinds:
                progress.update(done / runs, f"{entry.name} unseen, {kind}, seed {seed}")
                done += 1
                if own.any():
                    scores = _unseen_scores(case, split, position, kind, seed)[split.test]
                    yield UnseenTrial(kind, entry.name, seed, area_under_curve(scores, own))


def _unseen_scores(case: TextCase, split: Split, position: int, kind: str, seed: int) -> NDArray[np.float32]:
    """Return z'·e (rows, cols) of a class that the model has never seen, by its text."""
    texts = case.texts.of(kind, seed)
    assert texts is not None
    model = unseen_model(case, split, position, texts, seed)
    vector: Vectors = texts.vectors[[position]]
    scores = np.full(case.truth.ids.shape, np.nan, np.float32)
    for window, part in heat(model, case.cube, vector):
        scores[window.slices()] = part[..., 0]
    return scores


def unseen_model(
    case: TextCase, split: Split, position: int, texts: LabelEmbeddings, seed: int
) -> Classifier:
    """Return a model that knows neither the labels nor the text of the class at a position of the table."""
    entries = tuple(case.truth.classes)
    seen: tuple[ClassEntry, ...] = entries[:position] + entries[position + 1 :]
    kept = np.arange(len(entries)) != position
    labels = np.where(split.labels == entries[position].id, 0, split.labels)
    own = replace(texts, names=tuple(entry.name for entry in seen), raw=texts.raw[kept])
    return case.train(labels, ClassTable(seen), own, seed)


def area_under_curve(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Return the probability that a positive scores above a negative; NaN scores come last."""
    from scipy.stats import rankdata

    ranks = rankdata(np.where(np.isfinite(scores), scores, -np.inf))
    count = int(positive.sum())
    below = ranks[positive].sum() - count * (count + 1) / 2
    return float(below / (count * (len(positive) - count)))


def _derangement(count: int, random: np.random.Generator) -> NDArray[np.intp]:
    """Return an order in which nothing stays in its place."""
    while True:
        order = random.permutation(count)
        if count < 2 or (order != np.arange(count)).all():
            return order
