"""Figures in plain words."""

import math

from hsi_studio.core.verdict import Spread, on_labelled, on_unseen


def test_spread_passes_over_what_is_not_known() -> None:
    assert Spread.of([1.0, math.nan, 3.0]) == Spread(2.0, math.sqrt(2))
    assert math.isnan(Spread.of([]).mean)


def test_a_difference_counts_when_it_is_larger_than_its_error() -> None:
    steady = {"real": (0.80, 0.70, 0.75), "shuffled": (0.75, 0.65, 0.70)}
    assert "the words help: 75.0 ± 5.0 %" in on_labelled(steady)
    assert "the words hurt" in on_labelled({"real": steady["shuffled"], "shuffled": steady["real"]})
    assert "no difference" in on_labelled({"real": (0.8, 0.6, 0.7), "shuffled": (0.6, 0.8, 0.68)})


def test_classes_are_named_by_how_far_their_words_reach() -> None:
    said = on_unseen({"Woods": 0.93, "Oats": 0.41, "Corn": 0.6}, 0.5)
    assert "AUC of 0.65" in said
    assert "words matter there" in said
    assert "Found: Woods 0.93." in said
    assert "Do not trust the words of Oats 0.41." in said
    assert "chance" in on_unseen({"Woods": 0.52, "Oats": 0.5}, 0.5)
    assert "too few labels" in on_unseen({"Woods": math.nan}, math.nan)
