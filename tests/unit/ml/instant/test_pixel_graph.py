"""The pixel graph, smoothing along it and the random walker, against dense definitions."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.ml.instant.diffusion import smoother, solve_all
from hsi_studio.ml.instant.pixel_graph import PixelGraph, pixel_graph
from hsi_studio.ml.instant.random_walker import random_walker


@pytest.fixture
def graph(planes: NDArray[np.float32], valid: NDArray[np.bool_]) -> PixelGraph:
    return pixel_graph(planes, valid, 3.0)


def test_the_graph_is_a_laplacian(
    graph: PixelGraph, planes: NDArray[np.float32], valid: NDArray[np.bool_]
) -> None:
    dense = graph.laplacian.toarray()
    np.testing.assert_allclose(dense, dense.T)
    np.testing.assert_allclose(dense.sum(axis=0), 0, atol=1e-5)
    assert not dense[~valid.ravel()].any()
    cols = valid.shape[1]
    distance = ((planes[1, 1, :10] - planes[2, 2, :10]) ** 2).sum()
    assert dense[1 * cols + 1, 2 * cols + 2] == pytest.approx(
        -(np.exp(-distance / 60) / np.sqrt(2) + 1e-4), 1e-4
    )
    assert dense[1 * cols + 1, 3 * cols + 3] == 0


def test_diffusion_is_the_inverse(graph: PixelGraph, rng: np.random.Generator) -> None:
    sides = rng.normal(size=(len(graph), 90)).astype(np.float32)
    strengths = 1.0, 100.0
    solved = solve_all([(smoother(graph, strength), sides) for strength in strengths])
    for strength, found in zip(strengths, solved, strict=True):
        matrix = np.eye(len(graph)) + strength * graph.laplacian.toarray()
        np.testing.assert_allclose(found, np.linalg.solve(matrix, sides), atol=1e-4)


def test_the_walker_is_clamped_and_spreads(graph: PixelGraph, valid: NDArray[np.bool_]) -> None:
    positions, targets = np.array([8, 40]), np.array([0, 1])
    flat = np.where(valid.reshape(-1, 1), np.float32(0.5), 0).repeat(2, axis=1)
    found = random_walker(graph, 50.0, positions, targets).spread(flat)
    np.testing.assert_allclose(found[positions, targets], 1, atol=0.02)
    np.testing.assert_allclose(found[valid.ravel()].sum(axis=1), 1, atol=1e-5)
    assert not found[~valid.ravel()].any()
    diagonal = np.ones(len(graph))
    diagonal[positions] = 1e4
    sides = flat.astype(np.float64)
    sides[positions] = 1e4 * np.eye(2)[targets]
    expected = np.linalg.solve(np.diag(diagonal) + 50 * graph.laplacian.toarray(), sides)
    np.testing.assert_allclose(found[valid.ravel()], expected[valid.ravel()], atol=1e-4)
