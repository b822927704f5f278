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


def _areas(**real: float) -> dict[str, dict[str, tuple[float, ...]]]:
    """Return areas of two folds, by class, beside shuffled texts that find nothing."""
    return {name: {"real": (one - 0.1, one + 0.1), "shuffled": (0.48, 0.52)} for name, one in real.items()}


def test_classes_are_named_by_how_far_their_words_reach() -> None:
    said = on_unseen(_areas(Woods=0.93, Oats=0.54, Corn=0.84))
    assert "AUC of 0.77 (shuffled texts 0.50; difference 0.27 ± 0.12" in said
    assert "words matter there" in said
    assert "Found: Woods 0.93, Corn 0.84." in said
    assert "Do not trust the words of Oats 0.54." in said
    assert "chance" in on_unseen(_areas(Woods=0.52, Oats=0.53))
    assert "mislead" in on_unseen(_areas(Woods=0.32, Oats=0.3))
    assert "too few labels" in on_unseen({"Woods": {"real": (math.nan,), "shuffled": ()}})


def test_words_alone_matter_only_where_the_gain_is_larger_than_its_error() -> None:
    said = on_unseen(_areas(Woods=0.93, Oats=0.31, Corn=0.62))
    assert "AUC of 0.62 (shuffled texts 0.50" in said
    assert "cannot be told apart" in said
    assert "matter" not in said
    loose = _areas(Woods=0.93, Oats=0.9) | {"Corn": {"real": (0.5, 1.0), "shuffled": (0.5, 0.5)}}
    assert "Found: Woods 0.93, Oats 0.90." in on_unseen(loose)
    assert "one class alone" in on_unseen(_areas(Woods=0.93))
