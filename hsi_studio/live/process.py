"""Starts an engine process, and what that process runs."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.machinery import ModuleSpec
from multiprocessing.connection import Connection

import psutil

from hsi_studio.live.server import Server, Service

_POLITE_S = 0.5
_NICENESS = 10
"""Of Unix: a tenth of the window's share of a core that both want."""

_starting = threading.Lock()


class EngineProcess:
    """A child process that serves one service over one connection.

    It ends when it is terminated, or by itself when this process is gone in whatever way.

    Parameters
    ----------
    service : str
        ``module:Class`` of the service.
    """

    def __init__(self, service: str) -> None:
        # Spawned, not forked: the window's threads and its X connection must not be copied.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._child = context.Process(target=run, args=(service, theirs), name=service, daemon=True)
        with _without_main_module():
            self._child.start()
        _step_back(self._child.pid)
        theirs.close()

    @property
    def pid(self) -> int | None:
        return self._child.pid

    def terminate(self) -> None:
        """End it, whatever it is doing: it holds nothing that must be kept. Its end of the pipe closes."""
        self._child.terminate()

    def finish(self) -> int | None:
        """Wait for a process that hung up, and return how it ended, negative for a signal."""
        self._child.join(_POLITE_S)
        if self._child.is_alive():
            self._child.kill()
            self._child.join()
        status = self._child.exitcode
        self._child.close()
        self.connection.close()
        return status


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Keep the child from importing the program that was started: it may import a whole window, 160 MB."""
    main = sys.modules["__main__"]
    with _starting:
        spec, main.__spec__ = main.__spec__, ModuleSpec("__main__", None)
        try:
            yield
        finally:
            main.__spec__ = spec


def run(service: str, connection: Connection) -> None:
    """Serve until the window is gone; called in the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches the whole group
    with connection:
        Server(load_service(service), connection).serve()


def _step_back(pid: int | None) -> None:
    """Let the window go first on a machine with few cores, from the child's first import on."""
    with suppress(psutil.Error, OSError):
        child = psutil.Process(pid)
        child.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if psutil.WINDOWS else child.nice() + _NICENESS)


def load_service(name: str) -> Service:
    """Return a new service by ``module:Class``."""
    module, _, attribute = name.partition(":")
    service: Service = getattr(import_module(module), attribute)()
    return service
