"""Loads transformers and trains without torch's compiler, which nothing here uses: 70 MB and seconds less."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_COMPILER = "torch._dynamo"
_TRACING = "torch._dynamo._trace_wrapped_higher_order_op"


@contextmanager
def without_compiler() -> Iterator[None]:
    """Keep torch's compiler from being loaded meanwhile.

    transformers and torch's optimizers load it to mark functions for it. It is put off: whoever uses it, or
    something of it that is not foreseen here, loads it then. Where it was loaded before it stays.
    """
    import torch

    stand_ins = {name: kind(name) for name, kind in _KINDS.items() if name not in sys.modules}
    disable = torch.compiler.disable
    sys.modules.update(stand_ins)
    torch.compiler.disable = _as_it_is  # type: ignore[assignment]
    try:
        yield
    finally:
        torch.compiler.disable = disable
        _make_way(*stand_ins)


@contextmanager
def lean_imports() -> Iterator[None]:
    """Keep also torch's tensors on several machines, and SciPy, out of what is loaded meanwhile.

    transformers imports them with every model, for models that are no text encoders.
    """
    import torch

    no_scipy = {} if "scipy" in sys.modules else {"scipy": None}
    available = torch.distributed.is_available
    sys.modules.update(no_scipy)  # type: ignore[arg-type]
    torch.distributed.is_available = lambda: False
    try:
        with without_compiler():
            yield
    finally:
        torch.distributed.is_available = available
        if no_scipy:
            del sys.modules["scipy"]


def _as_it_is(function: Callable[..., Any] | None = None, *_: Any, **__: Any) -> Callable[..., Any]:
    """Leave a function unmarked, as a decorator with or without arguments."""
    return (lambda decorated: decorated) if function is None else function


class _Later(ModuleType):
    """Stands for a module until something in it is asked for that it cannot answer."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system's own questions
            raise AttributeError(name)
        return getattr(self._real(), name)

    def _real(self) -> ModuleType:
        _make_way(*_KINDS)
        return import_module(self.__name__)


class _Compiler(_Later):
    """Stands for the compiler, whose marks on code mean nothing where nothing is compiled."""

    disable = allow_in_graph = assume_constant_result = staticmethod(_as_it_is)

    @staticmethod
    def graph_break() -> None:
        """Do nothing."""


class _Tracing(_Later):
    """Stands for the one module of the compiler that transformers takes a class from."""

    def TransformGetItemToIndex(self, *arguments: Any) -> Any:
        return self._real().TransformGetItemToIndex(*arguments)


_KINDS = {_COMPILER: _Compiler, _TRACING: _Tracing}


def _make_way(*names: str) -> None:
    for name in names:
        if isinstance(sys.modules.get(name), _Later):
            del sys.modules[name]
