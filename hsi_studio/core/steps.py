"""Work in steps: generators that yield how far they are, can be closed at any step, and return a result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

Step = TypeVar("Step")
Result = TypeVar("Result")


def drive(work: Generator[Step, Any, Result], tell: Callable[[Step], object]) -> Result:
    """Work to the end and return the result; what `tell` raises after a step ends the work there."""
    try:
        while True:
            try:
                step = next(work)
            except StopIteration as done:
                result: Result = done.value
                return result
            tell(step)
    finally:
        work.close()


def quietly(work: Generator[object, Any, Result]) -> Generator[None, None, Result]:
    """Yield None for each step, and return the result."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: Result = done.value
            return result
        yield None
