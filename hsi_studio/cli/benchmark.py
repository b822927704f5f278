"""`hsi-studio benchmark`: figures of this machine, beside rivals in the same run."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from hsi_studio import __version__
from hsi_studio.cli.benchmark_accuracy import accuracy
from hsi_studio.cli.benchmark_instant import instant
from hsi_studio.cli.benchmark_label import label
from hsi_studio.cli.benchmark_latency import latency
from hsi_studio.cli.benchmark_speed import speed
from hsi_studio.cli.benchmark_text import text
from hsi_studio.cli.benchmark_vote import vote
from hsi_studio.cli.hardware import system
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.cli.view_figures import FULL, QUICK, Row, Size, figures

app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False)
_RIVALS = ("numpy", "spectral", "PySide6-Essentials")


@app.callback()
def benchmark() -> None:
    """Measure speed and accuracy on this machine, beside rivals in the same run.

    For example: `hsi-studio benchmark view --quick`
    """


app.command()(speed)
app.command()(instant)
app.command()(accuracy)
app.command()(text)
app.command()(vote)
app.command()(label)
app.command()(latency)


@app.command()
def view(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Small scenes, few runs: a smoke test.")] = False,
    size_gb: Annotated[
        float | None, typer.Option(min=0.01, help="Size of each scene on disk [4, with --quick 0.1].")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where scenes are written and removed again [the temporary folder].")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: Json = False,
) -> None:
    """Measure start, first picture, memory, band slider, hover and pan, each against its bound.

    Scenes are written to a temporary folder and removed. Figures are medians.

    For example:

    - `hsi-studio benchmark view --json`

    - `hsi-studio benchmark view --quick`
    """
    size = QUICK if quick else FULL
    size = size if size_gb is None else replace(size, gigabytes=size_gb)
    rows = _measured(size, folder)
    if as_json:
        versions = {"hsi_studio": __version__} | {name: metadata.version(name) for name in _RIVALS}
        rows_out = [asdict(row) | {"reached": row.reached} for row in rows]
        print_json({"quick": quick, "hardware": system(), "versions": versions, "rows": rows_out})
    else:
        title = f"{system()['processor']}, {system()['cores']} cores, {system()['memory_gb']} GB"
        headings = ("what", "measured", "bound", "rival", "ratio", "remark")
        print_table(title, headings, map(_cells, rows), markdown=markdown)


def _measured(size: Size, folder: Path | None) -> list[Row]:
    rows = []
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="hsi_studio_") as scenes,
        progress_bar("Measuring") as progress,
    ):
        progress.update(None, "start")
        for row in figures(size, Path(scenes)):
            rows.append(row)
            progress.update(None, row.what)
    return rows


def _cells(row: Row) -> tuple[str, ...]:
    bound = f"{'≥' if row.at_least else '≤'} {row.target:g} {row.unit}"
    rival = "" if row.rival_measured is None else f"{row.rival_measured:.3g} {row.unit} ({row.rival})"
    ratio = "" if row.ratio is None else f"{row.ratio:.1f} ×"
    mark = "" if row.reached else "missed"
    measured = f"{row.measured:.3g} {row.unit}"
    return row.what, measured, bound, rival, ratio, " ".join(filter(None, (mark, row.note)))
