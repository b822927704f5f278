"""Results remembered for as long as their cube lives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

from hsi_studio.core.cube import Cube

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_MOST_RESULTS = 1000


def once_per_cube(
    function: Callable[[Cube, *Ts], T],
) -> Callable[[Cube, *Ts], T]:
    """Remember a function's results per cube and per further positional (hashable) arguments.

    Two threads that ask at once may both compute; they get equal results. The oldest of many results go.
    """
    results: WeakKeyDictionary[Cube, dict[tuple[object, ...], T]] = WeakKeyDictionary()
    lock = threading.Lock()

    @wraps(function)
    def remembered(cube: Cube, *args: *Ts) -> T:
        with lock:
            known = results.setdefault(cube, {})
            if args in known:
                return known[args]
        result = function(cube, *args)
        with lock:
            known[args] = result
            if len(known) > _MOST_RESULTS:
                del known[next(iter(known))]
        return result

    return remembered
