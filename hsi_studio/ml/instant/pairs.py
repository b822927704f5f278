"""Work in two threads: NumPy, BLAS and SuperLU let go of Python's lock while they compute."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def two_at_a_time(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Return the results in order; the first error is raised."""
    with ThreadPoolExecutor(2, "instant") as pool:
        return list(pool.map(function, items))
