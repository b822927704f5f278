"""Results remembered for as long as their cube lives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from hsi_studio.core.cube import Cube

P = ParamSpec("P")
T = TypeVar("T")

_MOST_RESULTS = 1000


def once_per_cube(function: Callable[Concatenate[Cube, P], T]) -> Callable[Concatenate[Cube, P], T]:
    """Remember a function's results per cube and per further positional (hashable) arguments.

    Keyword arguments must not change the result: they say how to get it, such as from which cache. Two
    threads that ask at once may both compute; they get equal results. The oldest of many results go.
    """
    results: WeakKeyDictionary[Cube, dict[tuple[object, ...], T]] = WeakKeyDictionary()
    lock = threading.Lock()

    @wraps(function)
    def remembered(cube: Cube, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with lock:
            known = results.setdefault(cube, {})
            if args in known:
                return known[args]
        result = function(cube, *args, **kwargs)
        with lock:
            known[args] = result
            if len(known) > _MOST_RESULTS:
                del known[next(iter(known))]
        return result

    return remembered
