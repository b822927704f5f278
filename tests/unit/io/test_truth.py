"""Truths: rasters of ids, fractions as bands, and matrices of fractions whose pixels run down columns."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from hsi_studio.errors import UsageError
from hsi_studio.io import open_cube
from hsi_studio.io.truth import read_truth


def test_ids_are_read_as_they_are(tmp_path: Path) -> None:
    ids = np.array([[0, 3, 1], [2, 2, 0]], np.uint8)
    np.save(tmp_path / "truth.npy", ids)
    assert (read_truth(tmp_path / "truth.npy", (2, 3)) == ids).all()


def test_the_largest_of_a_bands_fractions_is_the_class(tmp_path: Path, rng: np.random.Generator) -> None:
    fractions = rng.random((12, 14, 3)).astype(np.float32)
    fractions[2, 5] = 0
    fractions[3, 3] = np.nan
    np.save(tmp_path / "fractions.npy", fractions)
    found = read_truth(tmp_path / "fractions.npy", (12, 14))
    expected = fractions.argmax(axis=2) + 1
    expected[2, 5] = expected[3, 3] = 0
    assert (found == expected).all()


def test_samsons_abundances_lie_over_its_cube(shared_data: Path) -> None:
    """Soil, tree, water: water is darkest in the near infrared, trees far brighter there than in red."""
    cube = open_cube(shared_data / "samson" / "samson_1.mat")
    truth = read_truth(shared_data / "samson" / "end3.mat", (95, 95), variable="A")
    shares = np.bincount(truth.ravel())
    abundances = loadmat(shared_data / "samson" / "end3.mat")["A"]
    assert shares.tolist() == [0, *np.bincount(abundances.argmax(axis=0)).tolist()]
    values = cube.physical(cube.block())
    red, infrared = values[..., 80], values[..., 140]
    soil, tree, water = ((red[truth == i].mean(), infrared[truth == i].mean()) for i in (1, 2, 3))
    assert water[1] < min(soil[1], tree[1]) / 2
    assert tree[1] / tree[0] > 2 * soil[1] / soil[0]


def test_a_truth_of_another_scene_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "truth.npy", np.ones((5, 6), np.uint8))
    with pytest.raises(UsageError, match="5 × 6"):
        read_truth(tmp_path / "truth.npy", (6, 6))
    np.save(tmp_path / "empty.npy", np.zeros((6, 6), np.uint8))
    with pytest.raises(UsageError, match="no labelled pixel"):
        read_truth(tmp_path / "empty.npy", (6, 6))
