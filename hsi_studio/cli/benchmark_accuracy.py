"""`hsi-studio benchmark accuracy`: methods beside methods on the same labels, on random and block splits."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hsi_studio.cli import benchmark_scene as on
from hsi_studio.cli.accuracy_tables import tables, write_accuracy
from hsi_studio.cli.hardware import system
from hsi_studio.cli.ml_options import DEFAULT_ENCODER, Device, Encoder, Offline, embedded
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import note, print_json, print_table, progress_bar
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.errors import Cancelled
from hsi_studio.io.outputs import make_folder

if TYPE_CHECKING:
    from hsi_studio.ml.benchmark.accuracy import Plan, Trial
    from hsi_studio.ml.label_embeddings import LabelEmbeddings

FAST = "instant,svm,knn,gnb,mlp,rf,lda,lda9"


def accuracy(
    *,
    methods: Annotated[
        str, typer.Option(help="Separated by commas; the others are compared with the first.")
    ] = FAST,
    shots: Annotated[str, typer.Option(help="Labels per class, separated by commas.")] = "5,10,20",
    split: Annotated[str, typer.Option(help="random, block or both.")] = "random,block",
    seeds: on.Seeds = 3,
    first_seed: on.FirstSeed = 0,
    guard: Annotated[
        int, typer.Option(min=0, max=64, help="Rows and columns left out around training blocks.")
    ] = 7,
    scene: on.SceneName = on.DEMO,
    truth: on.TruthFile = None,
    variable: on.Variable = None,
    truth_variable: on.TruthVariable = None,
    classes: on.ClassesFile = None,
    out: on.Folder = None,
    device: Device = None,
    encoder: Encoder = DEFAULT_ENCODER,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Measure how often methods are right where they have not learned, all on the same labels.

    Prints mean ± standard deviation over seeds, in percent, for labels drawn at random and for labels drawn
    from 12 of 5 × 5 blocks and tested on the other 13, there also without a band around the training
    blocks; accuracy by distance from the nearest label; paired differences; seconds. Ctrl+C keeps the seeds
    that are done. Slow methods (hgb,
    cnn3d, s3fn, s3fn-paper) run when they are named.

    For example:

    - `hsi-studio benchmark accuracy -o results`

    - `hsi-studio benchmark accuracy --scene samson_1.mat --truth end3.mat --truth-variable A --seeds 10`

    - `hsi-studio benchmark accuracy --methods lda,s3fn,cnn3d --shots 20 --split block --seeds 1`
    """
    from hsi_studio.ml.benchmark.accuracy import SPLITS, Plan
    from hsi_studio.ml.methods import METHODS

    chosen = on.names(methods, METHODS, "--methods")
    plan = Plan(
        chosen,
        on.names(split, SPLITS, "--split"),
        on.counts(shots, "--shots"),
        tuple(range(first_seed, first_seed + seeds)),
        guard,
        _device(chosen, device),
    )
    if out is not None:
        make_folder(out, on.RESULT_FILES)
    cube, raster = on.open_scene(scene, truth, classes, variable, truth_variable)
    uses_text = any(METHODS[name].uses_text for name in chosen)
    embeddings = embedded(raster.classes, encoder, "mean", offline) if uses_text else None
    found, stopped = _run(cube, raster, plan, embeddings)
    plan = replace(plan, seeds=plan.seeds[: len(found) // (len(plan.draws) // len(plan.seeds) * len(chosen))])
    if plan.seeds:
        _show(found, plan, cube.name, out, as_json)
    if stopped:
        note(f"Stopped after {len(plan.seeds)} of {seeds} seeds.")
        raise Cancelled


def _show(found: list[Trial], plan: Plan, scene: str, out: Path | None, as_json: bool) -> None:
    """Write and print the trials of whole seeds."""
    found = [trial for trial in found if trial.seed in plan.seeds]
    if not as_json:
        for title, headings, rows in tables(found, plan):
            print_table(title, headings, rows)
    files = [] if out is None else write_accuracy(out, found, plan, scene)
    if as_json:
        print_json(_report(found, plan, scene, files))
        return
    for file in files:
        note(f"{file} written.")


def _device(methods: tuple[str, ...], wanted: str | None) -> str:
    from hsi_studio.ml.methods import on_device

    if not any(map(on_device, methods)):
        return "cpu"
    from hsi_studio.ml.devices import choose_device

    return choose_device(wanted)


def _run(
    scene: Cube, truth: ClassRaster, plan: Plan, embeddings: LabelEmbeddings | None
) -> tuple[list[Trial], bool]:
    """Return the trials, and whether they were stopped; after the first drawing, tell how long it takes."""
    from hsi_studio.ml.benchmark.accuracy import trials

    found: list[Trial] = []
    started, draws = time.perf_counter(), len(plan.draws)
    with progress_bar("Measuring") as progress, suppress(KeyboardInterrupt, Cancelled):
        for trial in trials(scene, truth, plan, embeddings, progress):
            found.append(trial)
            if len(found) == len(plan.methods) and draws > 1:
                seconds = time.perf_counter() - started
                left = f"{draws - 1} others take about {_duration((draws - 1) * seconds)}"
                note(f"One drawing of labels took {_duration(seconds)} ({_slowest(found)}); {left}.")
    return found, len(found) < draws * len(plan.methods)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _slowest(trials: list[Trial]) -> str:
    slow = sorted(trials, key=lambda one: -one.train_s - one.predict_s)[:3]
    return ", ".join(f"{one.method} {one.train_s + one.predict_s:.1f} s" for one in slow)


def _report(found: list[Trial], plan: Plan, scene: str, files: list[Path]) -> dict[str, Any]:
    from hsi_studio.cli.accuracy_tables import differences, summaries, trial_rows

    return {
        "scene": scene,
        "guard": plan.guard,
        "seeds": plan.seeds,
        "hardware": system(),
        "rows": summaries(found, plan),
        "differences": differences(found, plan),
        "trials": trial_rows(found),
        "files": files,
    }
