"""Work in steps ends with its result, or where it was stopped."""

from collections.abc import Generator

import pytest

from hsi_studio.core.steps import drive, quietly
from hsi_studio.errors import Cancelled


def counting(ended: list[str]) -> Generator[int, None, str]:
    try:
        yield 1
        yield 2
    finally:
        ended.append("closed")
    return "result"


def test_every_step_is_told_and_the_result_returned() -> None:
    told: list[int] = []
    assert drive(counting([]), told.append) == "result"
    assert told == [1, 2]


def test_work_that_is_cancelled_is_closed_at_once() -> None:
    ended: list[str] = []
    work = counting(ended)  # held, so that no garbage collector closes it

    def cancel(_: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        drive(work, cancel)
    assert ended == ["closed"]


def test_quiet_work_yields_nothing_but_turns() -> None:
    def whole() -> Generator[None, None, str]:
        return (yield from quietly(counting([])))

    steps = whole()
    assert [next(steps), next(steps)] == [None, None]
    with pytest.raises(StopIteration) as done:
        next(steps)
    assert done.value.value == "result"
