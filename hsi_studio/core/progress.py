"""Progress of long work that reports and can be stopped."""

from __future__ import annotations

from collections.abc import Callable

from hsi_studio.errors import Cancelled


class Progress:
    """Receives progress; long functions take one and call `update` often.

    The default reports nowhere and never cancels. `update` may be called from any thread.

    Parameters
    ----------
    report : callable, optional
        Called with the fraction done (0 to 1, or None when it is unknown) and a short text.
    is_cancelled : callable, optional
        Asked at every update.
    """

    def __init__(
        self,
        report: Callable[[float | None, str], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._report = report
        self._is_cancelled = is_cancelled

    def update(self, fraction: float | None, text: str = "") -> None:
        """Report, and raise `Cancelled` if the user has stopped the work."""
        if self._is_cancelled is not None and self._is_cancelled():
            raise Cancelled
        if self._report is not None:
            self._report(fraction, text)

    def part(self, first: float, last: float) -> Progress:
        """Return the progress of a step that takes this one from a fraction to another."""
        at = first

        def report(fraction: float | None, text: str) -> None:
            nonlocal at
            at = at if fraction is None else first + fraction * (last - first)
            self.update(at, text)

        return Progress(report, self._is_cancelled)
