"""Divides a truth raster into training labels and test pixels, at random or by blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import UsageError
from hsi_studio.ml.labelled import draw_labels

DISTANCES = (4.0, 8.0, 16.0)
"""Borders, in pixels, between the bins of `distance_bins`."""

_BLOCKS_PER_SIDE = 5
_TRAINING_BLOCKS = 12


@dataclass(frozen=True, eq=False)
class Split:
    """What may be learned from and what is asked.

    Parameters
    ----------
    labels : ndarray of int16 (rows, cols)
        Class ids of the training pixels, 0 elsewhere.
    test : ndarray of bool (rows, cols)
        Pixels whose truth is compared; never a training pixel, only classes that have training pixels.
    ground : ndarray of bool (rows, cols)
        Where training pixels were drawn from and no test pixel lies: the training blocks; of a random split
        the training pixels themselves.
    """

    labels: NDArray[np.int16]
    test: NDArray[np.bool_]
    ground: NDArray[np.bool_]

    def guarded(self, band: int) -> Split:
        """Return the split without test pixels within `band` rows and columns of the training ground.

        With a band of half a patch, no patch around a training pixel reaches a test pixel's row or column.
        """
        from scipy.ndimage import maximum_filter

        near = maximum_filter(self.ground, size=2 * band + 1, mode="constant", cval=False)
        return replace(self, test=self.test & ~near)


def random_split(truth: NDArray[np.integer], per_class: int, seed: int) -> Split:
    """Draw `per_class` pixels of each class (at most half of a class); all others are tested.

    Neighbouring pixels look alike, so such figures flatter every method that looks around a pixel.
    """
    labels = draw_labels(truth, per_class, seed)
    return Split(labels, (truth > 0) & (labels == 0), labels > 0)


def block_split(truth: NDArray[np.integer], per_class: int, seed: int) -> Split:
    """Draw `per_class` pixels of each class from 12 of 5 × 5 blocks; the other 13 blocks are tested.

    A class with fewer pixels in the training blocks gives all of them there. One without any is not tested.

    Raises
    ------
    UsageError
        When the training blocks hold fewer than two classes.
    """
    rows, cols = truth.shape
    height, width = (-(-length // _BLOCKS_PER_SIDE) for length in truth.shape)
    number = (np.arange(rows)[:, None] // height) * _BLOCKS_PER_SIDE + np.arange(cols) // width
    random = np.random.default_rng(seed)
    ground = np.isin(number, random.permutation(_BLOCKS_PER_SIDE**2)[:_TRAINING_BLOCKS])
    labels = np.zeros(truth.shape, np.int16)
    for value in np.unique(truth[truth > 0]):
        labels.flat[random.permutation(np.flatnonzero((truth == value) & ground))[:per_class]] = value
    classes = np.unique(labels[labels > 0])
    if len(classes) < 2:
        raise UsageError(
            f"the training blocks of seed {seed} hold {len(classes)} of the classes", "choose another seed"
        )
    return Split(labels, np.isin(truth, classes) & ~ground, ground)


def distance_bins(labels: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return for each pixel (rows, cols) how far the nearest label is: 0 for < 4 pixels, 1: < 8, 2: < 16, 3.

    Distances are Euclidean, in pixels.
    """
    from scipy.ndimage import distance_transform_edt

    bins: NDArray[np.intp] = np.digitize(distance_transform_edt(labels == 0), DISTANCES)
    return bins


def object_split(
    objects: Sequence[str], classes: Sequence[str], share: float, seed: int
) -> NDArray[np.bool_]:
    """Hold out a share of the objects of each class, with all their images.

    Parameters
    ----------
    objects, classes : sequence of str (n,)
        What each image shows. An object counts for the class of its first image.
    share : float
        From 0 to 1; at least one object of each class is held out where it has two, and one is kept.

    Returns
    -------
    ndarray of bool (n,)
        True for images that are held out.
    """
    random, held = np.random.default_rng(seed), set[str]()
    first = dict(zip(reversed(objects), reversed(classes), strict=True))
    for name in sorted(set(classes)):
        own = sorted(one for one in first if first[one] == name)
        count = min(max(1, round(share * len(own))), len(own) - 1) if share else 0
        held |= {own[i] for i in random.permutation(len(own))[: max(0, count)]}
    return np.array([one in held for one in objects])
