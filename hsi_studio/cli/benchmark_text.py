"""`hsi-studio benchmark text`: whether the words of the classes matter, on the same labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from hsi_studio.cli import benchmark_scene as on
from hsi_studio.cli.ml_options import DEFAULT_ENCODER, Device, Encoder, Offline, embedded
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import note, print_json, print_table, progress_bar
from hsi_studio.io.error_bar_figure import Curve, error_bars
from hsi_studio.io.outputs import make_folder
from hsi_studio.io.result_folder import write_results
from hsi_studio.io.tables import as_csv, as_markdown

if TYPE_CHECKING:
    from hsi_studio.core.classes import ClassTable
    from hsi_studio.ml.benchmark.text_shuffles import Shuffles
    from hsi_studio.ml.benchmark.texts import Texts, TextTrial, UnseenTrial

_UNSEEN_SHOTS = 20


def text(
    *,
    method: Annotated[
        str, typer.Option(help="A method with texts: instant, s3fn or s3fn-paper.")
    ] = "instant",
    shots: Annotated[str, typer.Option(help="Labels per class, separated by commas.")] = "5,20",
    seeds: on.Seeds = 3,
    first_seed: on.FirstSeed = 0,
    unseen: Annotated[
        bool, typer.Option("--unseen/--no-unseen", help="Leave each class once without labels, too.")
    ] = True,
    shuffles: Annotated[
        int, typer.Option(min=0, help="Shuffles of all texts, for classes without labels (instant only).")
    ] = 100,
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
    """Measure what the texts of the classes contribute, against what could take their place.

    Accuracy with real texts, shuffled ones, bare names, nonsense, random vectors, one-hot vectors and no
    texts, on the same random labels; and for each class left without labels, the area under the ROC curve of
    its pixels by its text. Differences from the real texts are tested in pairs: accuracy over seeds, the
    area over classes. A permutation test counts how many shuffles of all texts reach the area of the real
    ones.

    For example:

    - `hsi-studio benchmark text -o results`

    - `hsi-studio benchmark text --method s3fn --seeds 1 --shots 20 --no-unseen`
    """
    from hsi_studio.ml.benchmark.texts import KINDS, UNSEEN, TextCase, accuracy_trials, unseen_trials
    from hsi_studio.ml.methods import METHODS, on_device

    name = on.names(method, [one for one, way in METHODS.items() if way.uses_text], "--method")[0]
    counts, numbers = on.counts(shots, "--shots"), tuple(range(first_seed, first_seed + seeds))
    if out is not None:
        make_folder(out, on.RESULT_FILES)
    cube, raster = on.open_scene(scene, truth, classes, variable, truth_variable)
    place = "cpu"
    if on_device(name):
        from hsi_studio.ml.devices import choose_device

        place = choose_device(device)
    case = TextCase(cube, raster, _texts(raster.classes, encoder, offline), name, place)
    with progress_bar("Accuracy") as progress:
        trials = list(accuracy_trials(case, tuple(KINDS), counts, numbers, progress))
    areas: list[UnseenTrial] = []
    test: Shuffles | None = None
    if unseen:
        with progress_bar("Classes without labels") as progress:
            areas = list(unseen_trials(case, UNSEEN, _UNSEEN_SHOTS, numbers, progress))
    if unseen and shuffles and name == "instant":
        from hsi_studio.ml.benchmark.text_shuffles import shuffled_texts

        with progress_bar("Shuffled texts") as progress:
            test = shuffled_texts(case, _UNSEEN_SHOTS, numbers, shuffles, progress)
    rows = summaries(trials, areas)
    if not as_json:
        for title, headings, lines in _tables(rows, counts, test):
            print_table(f"{title}, {name}, {seeds} seeds", headings, lines)
    files = [] if out is None else _write(out, trials, areas, test, f"{cube.name}, {name}, {seeds} seeds")
    if as_json:
        report = {"scene": cube.name, "method": name, "seeds": numbers, "rows": rows, "files": files}
        print_json(report | {"shuffles": None if test is None else _summary(test)})
        return
    for file in files:
        note(f"{file} written.")


def _texts(table: ClassTable, encoder: str, offline: bool) -> Texts:
    from hsi_studio.ml.benchmark.texts import Texts, bare_names, nonsense

    real = embedded(table, encoder, "mean", offline)
    names, made_up = (
        embedded(one, encoder, "mean", offline, alike=True) for one in (bare_names(table), nonsense(table))
    )
    return Texts(real, names, made_up)


def summaries(trials: Sequence[TextTrial], areas: Sequence[UnseenTrial]) -> list[dict[str, Any]]:
    """Return one row per kind of text and labels per class, and one per kind for classes without labels."""
    from hsi_studio.ml.benchmark.summary import paired, spread

    def accuracies(kind: str, shots: int) -> list[float]:
        own = [one for one in trials if (one.kind, one.shots) == (kind, shots)]
        return [one.overall_accuracy for one in sorted(own, key=lambda one: one.seed)]

    rows: list[dict[str, Any]] = []
    for kind, shots in dict.fromkeys((one.kind, one.shots) for one in trials):
        found, against = (
            spread(accuracies(kind, shots)),
            paired(accuracies(kind, shots), accuracies("real", shots)),
        )
        assert found is not None
        rows.append(
            {"kind": kind, "shots": shots, "overall_accuracy": found.mean, "std": found.std}
            | {"more_than_real": against.mean, "standard_error": against.error, "p": against.p}
        )
    for kind in dict.fromkeys(one.kind for one in areas):
        own, real = _by_class(areas, kind), _by_class(areas, "real")
        found, against = spread(own), paired(own, real)
        assert found is not None
        rows.append(
            {"kind": kind, "auc": found.mean, "std_over_classes": found.std}
            | {"above_half": sum(one > 0.5 for one in own), "classes": len(own)}
            | {"more_than_real": against.mean, "standard_error": against.error, "p": against.p}
        )
    return rows


def _summary(test: Shuffles) -> dict[str, float]:
    return {
        "count": len(test.shuffled),
        "real": test.real,
        "mean": float(test.shuffled.mean()),
        "largest": float(test.shuffled.max()),
        "reached": test.reached,
        "p": test.p,
    }


def _by_class(areas: Sequence[UnseenTrial], kind: str) -> list[float]:
    """Return the mean area over seeds of each class, by name."""
    own = [one for one in areas if one.kind == kind]
    names = sorted({one.class_name for one in own})
    return [float(np.mean([one.auc for one in own if one.class_name == name])) for name in names]


def _tables(
    rows: Sequence[dict[str, Any]], shots: Sequence[int], test: Shuffles | None
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    from hsi_studio.ml.benchmark.texts import KINDS

    lines: list[tuple[str, ...]] = []
    for kind, what in KINDS.items():
        own = [row for row in rows if row["kind"] == kind and "shots" in row]
        cells = (_percent(row["overall_accuracy"], row["std"]) for row in own)
        lines.append((kind, what, " / ".join(cells), " / ".join(_difference(row, 100, 2) for row in own)))
    per = " / ".join(map(str, shots))
    yield (
        f"Overall accuracy in %, labels per class {per}",
        ("texts", "", "accuracy", "points more than real"),
        lines,
    )
    areas: list[tuple[str, ...]] = [
        (
            row["kind"],
            f"{row['auc']:.3f} ± {row['std_over_classes']:.3f}",
            f"{row['above_half']} of {row['classes']}",
            _difference(row, 1, 3),
        )
        for row in rows
        if "auc" in row
    ]
    if areas:
        title = f"Area under the ROC curve of a class without labels, {_UNSEEN_SHOTS} labels for the others"
        yield title, ("texts", "area, mean over classes", "classes above 0.5", "more than real"), areas
    if test is not None:
        told = _summary(test)
        yield (
            f"The same area for {told['count']} shuffles of all texts over all classes",
            ("real", "shuffles, mean", "shuffles, largest", "reach the real area", "p"),
            [(*(f"{told[key]:.3f}" for key in ("real", "mean", "largest")),
              f"{told['reached']} of {told['count']}", f"{told['p']:.2g}")],
        )  # fmt: skip


def _percent(mean: float, std: float) -> str:
    return f"{100 * mean:.1f}" + ("" if math.isnan(std) else f" ± {100 * std:.1f}")


def _difference(row: dict[str, Any], scale: float, digits: int) -> str:
    if row["kind"] == "real":
        return "–"
    error = row["standard_error"]
    known = "" if math.isnan(error) else f" ± {scale * error:.{digits}f} (p {row['p']:.2g})"
    return f"{scale * row['more_than_real']:+.{digits}f}{known}"


def _write(
    folder: Path,
    trials: Sequence[TextTrial],
    areas: Sequence[UnseenTrial],
    test: Shuffles | None,
    title: str,
) -> list[Path]:
    rows = summaries(trials, areas)
    shots = tuple(dict.fromkeys(one.shots for one in trials))
    flat: list[dict[str, Any]] = [
        {"kind": one.kind, "shots": one.shots, "seed": one.seed, "class": None}
        | {"overall_accuracy": one.overall_accuracy, "auc": None}
        for one in trials
    ]
    flat += [{"kind": one.kind, "shots": _UNSEEN_SHOTS, "seed": one.seed, "class": one.class_name}
             | {"overall_accuracy": None, "auc": one.auc} for one in areas]  # fmt: skip
    flat += [{"kind": f"shuffle {number}", "shots": _UNSEEN_SHOTS, "seed": None, "class": None}
             | {"overall_accuracy": None, "auc": float(area)}
             for number, area in enumerate(() if test is None else test.shuffled, 1)]  # fmt: skip
    parts = (
        f"**{heading}**\n\n{as_markdown(headings, lines)}"
        for heading, headings, lines in _tables(rows, shots, test)
    )
    kinds = list(dict.fromkeys(one.kind for one in trials))
    curves = []
    for count in shots:
        own = {row["kind"]: row for row in rows if row.get("shots") == count}
        means, stds = ([100 * own[kind][key] for kind in kinds] for key in ("overall_accuracy", "std"))
        curves.append(Curve(f"{count} labels per class", means, stds))
    picture = error_bars(
        [(title, curves)], kinds, xlabel="Texts", ylabel="Overall accuracy (%)", ordered=False
    )
    return write_results(folder, as_csv(flat), f"{title}\n\n" + "\n".join(parts), picture)
