"""What every command prints: one JSON object, or a table for people."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from hsi_studio.core.progress import Progress

_NOTHING = "–"


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on standard output; NaN and infinities become null, arrays lists."""
    json.dump(plain(value), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_result(value: dict[str, Any], as_json: bool) -> None:
    """Print a short result as JSON, or as a line per fact; facts of several values take a line for each."""
    if as_json:
        print_json(value)
    else:
        print_table("", ("", ""), [(key, _lines(item)) for key, item in plain(value).items()])


def _lines(value: Any) -> str:
    """Return a value of JSON's types for people: a mapping, or each of several, takes lines of its own."""
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_words(item)}" for key, item in value.items()) or _NOTHING
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "\n".join(map(_words, value))
    return _words(value)


def _words(value: Any) -> str:
    if value is None or value in ([], {}):
        return _NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{key} {_inner(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_inner, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _inner(value: Any) -> str:
    return f"({_words(value)})" if isinstance(value, dict) and value else _words(value)


def plain(value: Any) -> Any:
    """Return `value` built of JSON's own types only."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(_short(value).tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def _short(value: Any) -> Any:
    """Return float32 values as the float64 ones with the same shortest decimals: 0.1, not 0.10000000149."""
    return np.asarray(value).astype(str).astype(np.float64) if value.dtype == np.float32 else value


_ANY_WIDTH = 10_000


def print_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, markdown: bool = False
) -> None:
    """Print a table on standard output, as wide as it needs where that is no terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    frame = box.MARKDOWN if markdown else box.SIMPLE
    table = Table(title=title, title_justify="left", box=frame, show_header=any(headings))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else _ANY_WIDTH
    Console(markup=False, highlight=False, width=width).print(table)


def note(message: str) -> None:
    """Print a remark on standard error."""
    print(message, file=sys.stderr)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a progress bar on standard error while it is a terminal."""
    if not sys.stderr.isatty():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[what]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0, what="")

        def report(fraction: float | None, text: str) -> None:
            bar.update(task, completed=fraction or 0.0, total=None if fraction is None else 1.0, what=text)

        yield Progress(report)
