"""Colours that are told apart."""

from itertools import islice

import numpy as np

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.palette import PALETTE, _oklab, default_colors, free_colors


def test_many_classes_have_colours_that_all_look_different() -> None:
    colors = default_colors(64)
    assert colors[: len(PALETTE)] == PALETTE
    assert [entry.color for entry in ClassTable.from_names([str(n) for n in range(64)])] == list(colors)
    places = _oklab(np.array(colors))
    apart = np.sqrt(((places[:, None] - places) ** 2).sum(axis=2))[np.triu_indices(64, 1)]
    assert apart.min() > 0.06  # as far as the closest two of the palette; 0.02 is just seen
    assert len(set(default_colors(1000))) == 1000


def test_colours_in_use_are_left_out() -> None:
    used = [*default_colors(30), (12, 34, 56)]
    assert not set(used) & set(islice(free_colors(used), 200))
    assert next(free_colors([PALETTE[0]])) == PALETTE[1]


def test_more_colours_than_there_are_come_again() -> None:
    assert len(default_colors(20_000)) == 20_000
