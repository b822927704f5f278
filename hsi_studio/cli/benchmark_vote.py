"""`hsi-studio benchmark vote`: one label per image, on sets of objects generated from a spectral library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from hsi_studio.cli import benchmark_scene as on
from hsi_studio.cli.ml_options import DEFAULT_ENCODER, embedded
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import UsageError
from hsi_studio.io.convert import convert
from hsi_studio.io.envi_library import read_library
from hsi_studio.io.outputs import make_folder

if TYPE_CHECKING:
    from hsi_studio.ml.benchmark.voting import VoteCase, VoteTrial

_DARK = 0.03


def vote(
    library: Annotated[Path, typer.Argument(metavar="LIBRARY", help="ENVI spectral library (.sli or .hdr).")],
    *,
    spectra: Annotated[str, typer.Option(help="Names of the spectra of the classes, separated by commas.")],
    background: Annotated[str | None, typer.Option(help="Name of the background's [3 % dark].")] = None,
    methods: Annotated[str, typer.Option(help="Separated by commas.")] = "instant,lda,svm,rf",
    images: Annotated[int, typer.Option(min=2, max=1000, help="Per class and set; half are held out.")] = 12,
    seeds: on.Seeds = 3,
    first_seed: on.FirstSeed = 0,
    save: Annotated[
        Path | None, typer.Option(help="Folder to write the first set to, a folder per class.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure votes on generated images: fruit-like objects with a class's spectrum, light, shade and noise.

    These sets are synthetic: they have the difficulties of close-range images (shading, highlights, spread
    within a class, noise), not their looks, and say nothing of real fruit.

    For example:

    - `hsi-studio benchmark vote library.sli --spectra "unripe,ripe,overripe" --images 20`

    - `hsi-studio benchmark vote library.sli --spectra "oak,pine" --save generated/`
    """
    from hsi_studio.ml.benchmark.voting import vote_trials
    from hsi_studio.ml.methods import METHODS

    chosen = on.names(methods, METHODS, "--methods")
    case = _case(library, spectra, background, images)
    if save is not None:
        _save(case, first_seed, save)
    uses_text = any(METHODS[name].uses_text for name in chosen)
    embeddings = embedded(case.classes, DEFAULT_ENCODER, "mean", offline=False) if uses_text else None
    numbers = tuple(range(first_seed, first_seed + seeds))
    with progress_bar("Measuring") as progress:
        found = list(vote_trials(case, chosen, numbers, embeddings, progress))
    rows = [_row(name, found) for name in chosen]
    if as_json:
        print_json({"synthetic": True, "images_per_class": images, "seeds": numbers, "rows": rows})
        return
    title = f"Share right in %, {seeds} synthetic sets of {images} images per class, half held out"
    headings = ("method", "images, by majority", "images, by mean", "pixels of the objects")
    print_table(title, headings, [(row["method"], *(_percent(row, what) for what in _WHAT)) for row in rows])


_WHAT = ("majority", "mean", "pixels")


def _case(library: Path, spectra: str, background: str | None, images: int) -> VoteCase:
    from hsi_studio.ml.benchmark.voting import VoteCase

    known = read_library(library)
    names = on.names(spectra, known.names, "--spectra")
    if len(names) < 2:
        raise UsageError("--spectra names one spectrum", "name two or more")
    own = [known.spectra[known.names.index(name)] for name in names]
    if background is None:
        own.append(np.full_like(own[0], _DARK))
    else:
        own.append(known.spectra[known.names.index(on.names(background, known.names, "--background")[0])])
    used = np.isfinite(own).all(axis=0)
    if not used.any():
        raise UsageError("the spectra have no band in common", "choose others")
    wavelengths = None if known.wavelengths_nm is None else known.wavelengths_nm[used]
    return VoteCase(np.array(own)[:, used], wavelengths, ClassTable.from_names(names), images)


def _save(case: VoteCase, seed: int, folder: Path) -> None:
    names = [entry.name for entry in case.classes]
    for number, one in enumerate(case.objects(seed)):
        place = folder / names[one.position]
        make_folder(place)
        convert(one.cube, place / f"{number:03}.hdr")


def _row(name: str, trials: Sequence[VoteTrial]) -> dict[str, Any]:
    from hsi_studio.ml.benchmark.summary import spread

    row: dict[str, Any] = {"method": name}
    for what in _WHAT:
        found = spread([getattr(one, what) for one in trials if one.method == name])
        assert found is not None
        row |= {what: found.mean, f"{what}_std": found.std}
    return row


def _percent(row: dict[str, Any], what: str) -> str:
    std = row[f"{what}_std"]
    return f"{100 * row[what]:.1f}" + ("" if np.isnan(std) else f" ± {100 * std:.1f}")
