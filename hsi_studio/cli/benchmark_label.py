"""`hsi-studio benchmark label`: how quick labelling is, and how large and quick its project file."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from hsi_studio import __version__
from hsi_studio.cli.hardware import system
from hsi_studio.cli.label_figures import FULL, QUICK, figures
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.cli.view_figures import Row


def label(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Few runs, a short history: a smoke test.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Where a project is written and removed again [temporary folder].")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: Json = False,
) -> None:
    """Measure strokes from event to repaint, commits, opening and size of a project, each against its bound.

    Strokes are drawn on the real canvas, without a screen. Figures are medians.

    For example:

    - `hsi-studio benchmark label --json`

    - `hsi-studio benchmark label --quick`
    """
    rows = _measured(quick, folder)
    if as_json:
        versions = {"hsi_studio": __version__} | {
            name: metadata.version(name) for name in ("numpy", "PySide6-Essentials")
        }
        rows_out = [asdict(row) | {"reached": row.reached} for row in rows]
        print_json({"quick": quick, "hardware": system(), "versions": versions, "rows": rows_out})
    else:
        title = f"{system()['processor']}, {system()['cores']} cores, {system()['memory_gb']} GB"
        print_table(title, ("what", "measured", "bound", "remark"), map(_cells, rows), markdown=markdown)


def _measured(quick: bool, folder: Path | None) -> list[Row]:
    rows = []
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="hsi_studio_") as place,
        progress_bar("Measuring") as progress,
    ):
        progress.update(None, "strokes")
        for row in figures(QUICK if quick else FULL, Path(place)):
            rows.append(row)
            progress.update(None, row.what)
    return rows


def _cells(row: Row) -> tuple[str, ...]:
    remark = " ".join(filter(None, ("" if row.reached else "missed;", row.note)))
    return row.what, f"{row.measured:.3g} {row.unit}", f"≤ {row.target:g} {row.unit}", remark
