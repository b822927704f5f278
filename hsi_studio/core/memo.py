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


def once_per_cube(function: Callable[Concatenate[Cube, P], T]) -> Callable[Concatenate[Cube, P], T]:
    """Remember a function's results per cube and further positional (hashable) arguments.

    Two threads that ask at once may both compute; they get equal results.
    """
    results: WeakKeyDictionary[Cube, dict[tuple[object, ...], T]] = WeakKeyDictionary()
    lock = threading.Lock()

    @wraps(function)
    def remembered(cube: Cube, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with lock:
            known = results.setdefault(cube, {})
        if args not in known:
            known[args] = function(cube, *args, **kwargs)
        return known[args]

    return remembered
