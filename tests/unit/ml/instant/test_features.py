"""Spectral features and their stages."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled
from hsi_studio.ml.instant import experts
from hsi_studio.ml.instant.features import InstantFeatures, window_features
from hsi_studio.ml.instant.spectra import difference_operators, fit_statistics

if TYPE_CHECKING:
    from conftest import Fields


def everywhere(features: InstantFeatures, expert: experts.Expert) -> NDArray[np.float32]:
    return features.at(expert, np.arange(features.valid.size))


def test_slopes_are_those_of_savitzky_and_golay(rng: np.random.Generator) -> None:
    spectra = rng.normal(size=(5, 30))
    gradient, slope = difference_operators(30)
    np.testing.assert_allclose(spectra @ slope, savgol_filter(spectra, 7, 2, deriv=1, axis=1), atol=1e-5)
    np.testing.assert_allclose(spectra @ gradient, np.gradient(spectra, axis=1), atol=1e-5)


@pytest.mark.parametrize("bands", [1, 2, 3, 6])
def test_few_bands_have_slopes(bands: int) -> None:
    gradient, slope = difference_operators(bands)
    assert gradient.shape == slope.shape == (bands, bands)


def test_features_are_scored_and_white(fields: Fields) -> None:
    for expert in (experts.VALUES, experts.SHAPE, experts.CHANGE):
        seen = everywhere(fields.features, expert)
        np.testing.assert_allclose(seen.mean(axis=0), 0, atol=1e-3)
        np.testing.assert_allclose(seen.std(axis=0), 1, atol=1e-2)
    fractions = fields.features.fractions.reshape(fields.rows, fields.cols, -1)
    steps = np.diff(fractions, axis=0)
    quiet = steps[(steps**2).sum(axis=2) <= np.median((steps**2).sum(axis=2))]
    assert 0.5 < np.median(quiet.std(axis=0)) / np.sqrt(2) < 1.5


def test_shape_does_not_depend_on_brightness(fields: Fields) -> None:
    statistics = fit_statistics(fields.cube)
    block = fields.values[:4]
    plain, bright = (
        next(window_features(fields.cube_of(one), statistics, Window(0, 0, 4, fields.cols)))
        for one in (block, block * 1.5)
    )
    for expert in (experts.SHAPE, experts.CHANGE):
        np.testing.assert_allclose(everywhere(bright, expert), everywhere(plain, expert), atol=0.02)
    assert np.abs(everywhere(bright, experts.VALUES) - everywhere(plain, experts.VALUES)).max() > 1


def test_each_stage_adds_experts(fields: Fields) -> None:
    told: list[str] = []
    stages = list(InstantFeatures.open(fields.cube, Progress(lambda _, text: told.append(text))))
    counts = [len(stage.experts) for stage in stages]
    assert counts[0] == 5
    assert counts == sorted(set(counts))
    assert [stage.complete for stage in stages] == [False] * (len(stages) - 1) + [True]
    assert set(stages[-1].experts) == set(experts.ALL)
    assert stages[-1].views[experts.VALUES] is stages[0].views[experts.VALUES]
    assert told[0] == "statistics"
    assert told[-1] == "ready"


def test_opening_can_be_cancelled(fields: Fields) -> None:
    stop = False
    stages = InstantFeatures.open(fields.cube, Progress(is_cancelled=lambda: stop))
    next(stages)
    stop = True
    with pytest.raises(Cancelled):
        next(stages)


def test_a_window_with_its_halo_has_the_features_of_the_scene(fields: Fields) -> None:
    window = Window(0, 0, 40, 36)
    *_, again = window_features(fields.cube, fields.features.statistics, window)
    for expert in fields.features.experts:
        np.testing.assert_array_equal(everywhere(again, expert), everywhere(fields.features, expert))
    rows = Window(20, 0, 20, 36)
    first = next(window_features(fields.cube, fields.features.statistics, rows))
    np.testing.assert_array_equal(
        everywhere(first, experts.VALUES), everywhere(fields.features, experts.VALUES)[20 * 36 :]
    )


def test_prior_keeps_its_proportions() -> None:
    everything = experts.prior(experts.ALL)
    assert everything[:3].sum() == pytest.approx(0.55)
    few = experts.prior(experts.ALL[:4])
    np.testing.assert_allclose(few, everything[:4] / everything[:4].sum())
    assert len(experts.prior((*experts.ALL, experts.NETWORK))) == 10


def test_torch_is_not_loaded() -> None:
    program = (
        "import sys, numpy as np\n"
        "from hsi_studio.core.cube import Cube\n"
        "from hsi_studio.core.source import ArraySource\n"
        "from hsi_studio.ml.instant.features import InstantFeatures\n"
        "from hsi_studio.ml.instant.fit import ClickLabels\n"
        "from hsi_studio.ml.instant.head import InstantHead\n"
        "import hsi_studio.ml.instant.model_file, hsi_studio.ml.instant.training\n"
        "values = np.random.default_rng(0).normal(5, 1, (12, 12, 9))\n"
        "*_, features = InstantFeatures.open(Cube(ArraySource(values), 'noise'))\n"
        "labels = ClickLabels.sorted(np.arange(8), np.arange(8), np.arange(8) % 2, 12)\n"
        "InstantHead.train(features, labels, 2).probabilities()\n"
        "assert not {'torch', 'transformers', 'sklearn', 'PySide6'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
