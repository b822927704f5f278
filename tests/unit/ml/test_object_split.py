"""Images of one object are never divided."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.ml.splits import object_split

images = st.lists(st.tuples(st.integers(0, 8), st.sampled_from("abc")), min_size=1, max_size=40)


@given(images, st.floats(0, 0.9), st.integers(0, 99))
def test_objects_stay_whole_and_classes_keep_some(
    shown: list[tuple[int, str]], share: float, seed: int
) -> None:
    objects, classes = [str(number) for number, _ in shown], [name for _, name in shown]
    held = object_split(objects, classes, share, seed)
    for one in set(objects):
        assert len({bool(out) for out, other in zip(held, objects, strict=True) if other == one}) == 1
    first = {one: classes[objects.index(one)] for one in objects}
    for name in set(first.values()):
        own = [one for one in first if first[one] == name]
        out = {one for one, gone in zip(objects, held, strict=True) if gone and one in own}
        assert len(out) < len(own)
        if share > 0 and len(own) > 1:
            assert len(out) == min(max(1, round(share * len(own))), len(own) - 1)
    assert (object_split(objects, classes, share, seed) == held).all()
    assert not object_split(objects, classes, 0, seed).any()


def test_another_seed_holds_out_others() -> None:
    objects = [str(i) for i in range(40)]
    drawn = {tuple(np.flatnonzero(object_split(objects, ["a"] * 40, 0.3, seed))) for seed in range(5)}
    assert len(drawn) == 5
