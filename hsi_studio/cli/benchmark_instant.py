"""`hsi-studio benchmark instant`: how soon the instant head answers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib import metadata
from multiprocessing import get_context
from typing import TYPE_CHECKING, Annotated

import typer

from hsi_studio import __version__
from hsi_studio.cli.hardware import system
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.cli.view_figures import Row

if TYPE_CHECKING:
    from hsi_studio.ml.instant.speed import Case, InstantSpeed

_BOUNDS = {(145, 145, 200): (1.0, 4.0, 0.5, 0.05), (610, 340, 103): (3.0, 25.0, 2.5, 0.3)}
_MOST_MB = 600.0


def instant(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="The small scene only.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: Json = False,
) -> None:
    """Measure opening, clicks, edited texts and memory of the instant head, each against its bound.

    The scenes are generated, and each is measured in a process of its own, which has already imported what it
    needs. Clicks and texts are medians; memory is that of the whole process without the cube.

    For example:

    - `hsi-studio benchmark instant`

    - `hsi-studio benchmark instant --quick --json`
    """
    rows = _measured(quick)
    if as_json:
        versions = {"hsi_studio": __version__} | {name: metadata.version(name) for name in ("numpy", "scipy")}
        rows_out = [asdict(row) | {"reached": row.reached} for row in rows]
        print_json({"quick": quick, "hardware": system(), "versions": versions, "rows": rows_out})
    else:
        title = f"{system()['processor']}, {system()['cores']} cores, {system()['memory_gb']} GB"
        print_table(title, ("what", "measured", "bound", "remark"), map(_cells, rows), markdown=markdown)


def _measured(quick: bool) -> list[Row]:
    from hsi_studio.ml.instant.speed import Case, instant_speed

    rows: list[Row] = []
    with progress_bar("Measuring") as progress:
        for size in list(_BOUNDS)[: 1 if quick else None]:
            case = Case(*size, classes=16 if size[2] == 200 else 9)
            progress.update(None, _name(case))
            with ProcessPoolExecutor(1, get_context("spawn")) as process:
                found = process.submit(instant_speed, case, 3 if quick else 7).result()
            rows += _rows(case, found)
    return rows


def _rows(case: Case, found: InstantSpeed) -> Iterator[Row]:
    first, opened, click, text = _BOUNDS[case.rows, case.cols, case.bands]
    name = _name(case)
    labels = f"{case.classes} classes, {case.per_class} labels each"
    shown = f"5 of 9 experts; that map is there after {found.first_map_s:.2g} s"
    yield Row(f"{name}: open → first map possible", found.possible_s, "s", first, note=shown)
    yield Row(f"{name}: open → all experts", found.open_s, "s", opened, note="in the background")
    yield Row(f"{name}: click → map", found.click_s, "s", click, note=labels)
    yield Row(f"{name}: one text edited → scores", found.text_s * 1e3, "ms", text * 1e3)
    if case.bands == 200:
        torch = "torch loaded" if found.torch else "torch not loaded"
        yield Row(f"{name}: memory above the cube", found.memory_bytes / 1e6, "MB", _MOST_MB, note=torch)


def _name(case: Case) -> str:
    return f"{case.rows} × {case.cols} × {case.bands}"


def _cells(row: Row) -> tuple[str, ...]:
    remark = " ".join(filter(None, ("" if row.reached else "missed;", row.note)))
    return row.what, f"{row.measured:.3g} {row.unit}", f"≤ {row.target:g} {row.unit}", remark
