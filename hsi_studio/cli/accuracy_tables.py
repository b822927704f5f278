"""The results of `benchmark accuracy` as tables, as plain values and as files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsi_studio.io.error_bar_figure import Curve, error_bars
from hsi_studio.io.result_folder import write_results
from hsi_studio.io.tables import as_csv, as_markdown

if TYPE_CHECKING:
    from hsi_studio.ml.benchmark.accuracy import Plan, Trial
    from hsi_studio.ml.benchmark.summary import Paired, Spread

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""Title, headings, rows."""


def tables(trials: Sequence[Trial], plan: Plan) -> Iterator[Table]:
    """Yield the tables for people: accuracy, by distance, seconds, and differences from the first method."""
    per = f"labels per class {' / '.join(map(str, plan.shots))}"
    yield _accuracy_table(trials, plan, per)
    yield _distance_table(trials, plan)
    yield _seconds_table(trials, plan, per)
    if len(plan.methods) > 1:
        yield _difference_table(trials, plan, per)


def summaries(trials: Sequence[Trial], plan: Plan) -> list[dict[str, Any]]:
    """Return one row per method, split and labels per class; shares from 0 to 1."""
    from hsi_studio.ml.benchmark.summary import by_distance, cell, spread

    rows = []
    for name, split, shots in ((m, s, k) for m in plan.methods for s in plan.splits for k in plan.shots):
        own = cell(trials, name, split, shots)
        row: dict[str, Any] = {"method": name, "split": split, "shots": shots, "seeds": len(own)}
        for what in ("overall_accuracy", "average_accuracy", "kappa", "guarded"):
            found = spread([getattr(one.figures, what) for one in own])
            row[what] = None if found is None else found.mean
            row[f"{what}_std"] = None if found is None else found.std
        row["by_distance"] = by_distance(trials, name, split, shots)
        row["train_s"], row["predict_s"] = (
            sum(getattr(one, what) for one in own) / len(own) for what in ("train_s", "predict_s")
        )
        rows.append(row)
    return rows


def differences(trials: Sequence[Trial], plan: Plan) -> list[dict[str, Any]]:
    """Return one row per other method, split and labels per class: its overall accuracy less the first's."""
    from hsi_studio.ml.benchmark.summary import against_first

    return [
        {"method": m, "against": plan.methods[0], "split": s, "shots": k}
        | {"mean": found.mean, "standard_error": found.error, "p": found.p}
        for m, s, k, found in against_first(trials, plan)
    ]


def trial_rows(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return one flat row per trial, for CSV."""
    from hsi_studio.ml.benchmark.accuracy import BINS

    rows = []
    for one in trials:
        own = one.figures
        row = {"method": one.method, "split": one.split, "shots": one.shots, "seed": one.seed}
        row |= {
            what: getattr(own, what) for what in ("overall_accuracy", "average_accuracy", "kappa", "guarded")
        }
        for name, right, tested in zip(BINS, own.right, own.tested, strict=True):
            row |= {f"right {name} px": right, f"tested {name} px": tested}
        rows.append(row | {"train_s": round(one.train_s, 3), "predict_s": round(one.predict_s, 3)})
    return rows


def write_accuracy(folder: Path, trials: Sequence[Trial], plan: Plan, scene: str) -> list[Path]:
    """Write results.csv, tables.md and figure.png into a folder and return their paths.

    Raises
    ------
    HsiError
        When one cannot be written; then all stay as they were.
    """
    text = "\n".join(
        f"**{title}**\n\n{as_markdown(headings, rows)}" for title, headings, rows in tables(trials, plan)
    )
    panels = [(f"{scene}, {split} split", _curves(trials, plan, split)) for split in plan.splits]
    picture = error_bars(
        panels,
        [str(count) for count in plan.shots],
        xlabel="Labels per class",
        ylabel="Overall accuracy (%), mean ± standard deviation",
    )
    heading = f"{scene}, {len(plan.seeds)} seeds from {plan.seeds[0]}"
    return write_results(folder, as_csv(trial_rows(trials)), f"{heading}\n\n{text}", picture)


def _curves(trials: Sequence[Trial], plan: Plan, split: str) -> list[Curve]:
    from hsi_studio.ml.benchmark.summary import accuracies, spread

    curves = []
    for name in plan.methods:
        found = [spread(accuracies(trials, name, split, shots)) for shots in plan.shots]
        means = [math.nan if one is None else 100 * one.mean for one in found]
        curves.append(Curve(name, means, [math.nan if one is None else 100 * one.std for one in found]))
    return curves


def _accuracy_table(trials: Sequence[Trial], plan: Plan, per: str) -> Table:
    from hsi_studio.ml.benchmark.summary import cell, spread

    columns = [(split, "overall_accuracy", split) for split in plan.splits]
    if "block" in plan.splits:
        columns.append(("block", "guarded", f"block, guard band {plan.guard}"))
    rows = []
    for name in plan.methods:
        row = [name]
        for split, what, _ in columns:
            per_shots = (
                spread([getattr(one.figures, what) for one in cell(trials, name, split, shots)])
                for shots in plan.shots
            )
            row.append(" / ".join(map(_percent, per_shots)))
        rows.append(tuple(row))
    title = f"Overall accuracy in %, {len(plan.seeds)} seeds, {per}"
    return title, ("method", *(heading for *_, heading in columns)), rows


def _distance_table(trials: Sequence[Trial], plan: Plan) -> Table:
    from hsi_studio.ml.benchmark.accuracy import BINS
    from hsi_studio.ml.benchmark.summary import by_distance

    most = plan.shots[-1]
    rows = []
    for name in plan.methods:
        found = (share for split in plan.splits for share in by_distance(trials, name, split, most))
        rows.append((name, *("–" if share is None else f"{100 * share:.0f}" for share in found)))
    headings = ("method", *(f"{split} {one} px" for split in plan.splits for one in BINS))
    return (
        f"Overall accuracy in % by distance from the nearest label, {most} labels per class",
        headings,
        rows,
    )


def _seconds_table(trials: Sequence[Trial], plan: Plan, per: str) -> Table:
    rows = []
    for name in plan.methods:
        cells = []
        for what in ("train_s", "predict_s"):
            means = []
            for shots in plan.shots:
                own = [getattr(one, what) for one in trials if (one.method, one.shots) == (name, shots)]
                means.append(f"{sum(own) / len(own):.2f}")
            cells.append(" / ".join(means))
        rows.append((name, *cells))
    return f"Seconds, {per}", ("method", "to learn", "to map the scene"), rows


def _difference_table(trials: Sequence[Trial], plan: Plan, per: str) -> Table:
    from hsi_studio.ml.benchmark.summary import against_first

    found = against_first(trials, plan)
    rows = []
    for name in plan.methods[1:]:
        cells = []
        for split in plan.splits:
            own = [one for m, s, _, one in found if (m, s) == (name, split)]
            cells.append(" / ".join(map(_difference, own)))
        rows.append((name, *cells))
    title = (
        f"Points of overall accuracy more than {plan.methods[0]} on the same labels ± standard error, {per}"
    )
    return title, ("method", *plan.splits), rows


def _percent(found: Spread | None) -> str:
    if found is None:
        return "–"
    return f"{100 * found.mean:.1f}" + ("" if math.isnan(found.std) else f" ± {100 * found.std:.1f}")


def _difference(found: Paired) -> str:
    error = "" if math.isnan(found.error) else f" ± {100 * found.error:.1f} (p {found.p:.2g})"
    return f"{100 * found.mean:+.1f}{error}"
