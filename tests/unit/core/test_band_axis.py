"""The axis of spectra: stops, gaps and broken lines."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.cube import Cube

MakeCube = Callable[..., Cube]


def axis(wavelengths: list[float] | None, bad: list[int], bands: int = 0) -> BandAxis:
    count = bands or len(wavelengths or [])
    good = np.ones(count, bool)
    good[bad] = False
    positions = np.arange(1.0, count + 1) if wavelengths is None else np.array(wavelengths)
    return BandAxis(positions, good, wavelengths is not None)


def test_line_breaks_at_bad_bands() -> None:
    x, y = axis([400, 410, 420, 430, 440], bad=[2]).line(np.arange(5.0))
    assert x.tolist() == [400, 410, 410, 430, 440]
    np.testing.assert_array_equal(y, [0, 1, np.nan, 3, 4])


def test_line_breaks_where_water_bands_were_removed() -> None:
    wavelengths = [*np.arange(1000.0, 1341, 10), *np.arange(1430.0, 1601, 10)]
    x, y = axis(wavelengths, bad=[]).line(np.ones(len(wavelengths)))
    assert np.isnan(y).sum() == 1
    assert axis(wavelengths, bad=[]).gaps == ((1340.0, 1430.0),)
    assert len(x) == len(y) == len(wavelengths) + 1


def test_few_far_bands_are_a_multispectral_sensor() -> None:
    assert axis([480, 560, 655, 865, 1610, 2200], bad=[]).gaps == ()


def test_bad_bands_at_the_ends_are_gaps_of_their_own() -> None:
    ends = axis([400, 410, 420, 430, 440], bad=[0, 4])
    assert ends.gaps == ((400, 410), (430, 440))
    assert ends.line(np.arange(5.0))[0].tolist() == [410, 420, 430]


def test_wavelengths_need_not_rise() -> None:
    falling = axis([700, 600, 500], bad=[])
    assert falling.line(np.array([7.0, 6.0, 5.0]))[1].tolist() == [5, 6, 7]
    assert falling.stops.tolist() == [2, 1, 0]
    assert falling.inside(550, 700).tolist() == [1, 0]


def test_nearest_and_rank_skip_bad_bands() -> None:
    skipping = axis([400, 410, 420, 430], bad=[1])
    assert skipping.nearest(411) == 2
    assert skipping.rank(2) == 1
    assert skipping.rank(1) in (0, 1)


def test_band_numbers_without_wavelengths(make_cube: MakeCube) -> None:
    cube = make_cube(np.zeros((2, 2, 4), np.uint8))
    numbers = BandAxis.of(cube)
    assert numbers.limits == (1, 4)
    assert numbers.text(2) == "band 3"


def test_all_bands_bad_are_all_shown(make_cube: MakeCube) -> None:
    cube = make_cube(np.zeros((2, 2, 4), np.uint8), bad_bands=np.ones(4, bool))
    assert BandAxis.of(cube).stops.tolist() == [0, 1, 2, 3]


@given(st.lists(st.integers(350, 2500), min_size=2, max_size=60, unique=True), st.data())
def test_finite_points_of_a_line_are_the_good_bands(wavelengths: list[int], data: st.DataObject) -> None:
    bad = data.draw(st.lists(st.integers(0, len(wavelengths) - 1), max_size=len(wavelengths) - 1))
    subject = axis([float(nm) for nm in wavelengths], bad)
    x, y = subject.line(subject.positions)
    assert x[np.isfinite(y)].tolist() == sorted(subject.positions[subject.good])
    assert (np.diff(x) >= 0).all()
    for low, high in subject.gaps:
        assert subject.inside(np.nextafter(low, high), np.nextafter(high, low)).size == 0


def test_text_of_wavelengths() -> None:
    assert axis([649.7, 700.2], bad=[]).text(0) == "650 nm"
    with pytest.raises(IndexError):
        axis([649.7], bad=[]).text(3)
