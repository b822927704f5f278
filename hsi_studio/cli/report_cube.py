"""What a report tells of one cube of a project: pictures, spectra, map, agreement with a truth."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.cli.label_files import chosen_by
from hsi_studio.cli.project_live import LivePart
from hsi_studio.cli.project_training import Texts, report_of, scene_of, trained
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.facts import facts
from hsi_studio.core.ground import pixel_area
from hsi_studio.core.label_stats import ClassSpectra, counts
from hsi_studio.core.labels import Labels
from hsi_studio.core.presets import default_view, describe
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.core.render import render
from hsi_studio.core.view import DEFAULT_COLORMAP
from hsi_studio.errors import HsiError
from hsi_studio.io.picture import overlaid, png_bytes
from hsi_studio.io.spectra_figure import spectra_figure
from hsi_studio.io.truth import read_truth

if TYPE_CHECKING:
    from hsi_studio.ml.metrics import Agreement, ClassAgreement
    from hsi_studio.ml.presets import Settings
    from hsi_studio.ml.scene import Scene

Ids = NDArray[np.integer]
_LONGEST_SIDE = 1024
_DOTS_ALONG_SIDE = 60
_NEAR = 3
_MAP_OPACITY, _FADED = 0.75, 0.35


@dataclass(frozen=True)
class Picture:
    """A picture with a sentence under it; `png` is the content of its file."""

    caption: str
    png: bytes


@dataclass(frozen=True)
class ClassArea:
    """Pixels of a class on the map, their share (0 to 1) of all classified ones, hectares where known."""

    entry: ClassEntry
    pixels: int
    share: float
    hectares: float | None


@dataclass(frozen=True, eq=False)
class TruthReport:
    """How a map agrees with a truth where no label is; `near` is the share of pixels close to a label."""

    file: Path
    agreement: Agreement
    near: float
    unlabelled: tuple[str, ...]
    """Names of classes of the truth without labels, which cannot be hit."""

    @property
    def scores(self) -> Mapping[int, ClassAgreement]:
        """Recall, precision and F1 by class id."""
        return {one.id: one for one in self.agreement.per_class}


@dataclass(frozen=True, eq=False)
class MapReport:
    """The map of a cube, areas by class id, and how it was made."""

    raster: ClassRaster
    areas: Mapping[int, ClassArea]
    training: Mapping[str, Any]

    @property
    def on_ground(self) -> bool:
        """Whether areas are known in hectares."""
        return any(area.hectares is not None for area in self.areas.values())


@dataclass(frozen=True, eq=False)
class CubeReport:
    """One cube of a project; `missing` or `unmapped` says why it could not be opened or has no map."""

    known: ProjectCube
    labelled: Mapping[int, int]
    missing: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    pictures: tuple[Picture, ...] = ()
    spectra: bytes | None = None
    map: MapReport | None = None
    unmapped: str = ""
    truth: TruthReport | None = None


@dataclass(frozen=True, eq=False)
class Wanted:
    """How maps are made, the file of a truth that they are compared with, and what is the cube's own."""

    settings: Settings
    texts: Texts
    truth: Path | None = None
    truth_variable: str | None = None
    live: LivePart | None = None


def unopened(known: ProjectCube, labels: Labels, error: HsiError) -> CubeReport:
    """Return what can be told of a cube that is not there."""
    return CubeReport(known, counts(labels), missing=str(error))


def cube_report(
    known: ProjectCube, cube: Cube, state: ProjectState, wanted: Wanted, progress: Progress
) -> CubeReport:
    """Classify a cube by its labels and return what is told of it.

    Raises
    ------
    HsiError
        When the truth cannot be read, lies over another scene, or has no pixel to compare.
    """
    labels, classes = state.labels_of(known.number), state.classes
    truth = None
    if wanted.truth is not None:
        with chosen_by("--truth-variable"):
            truth = read_truth(wanted.truth, (cube.rows, cube.cols), variable=wanted.truth_variable)
    made = _map(cube, labels, classes, wanted, progress)
    raster = made.raster if isinstance(made, MapReport) else None
    compared = None
    if raster is not None and wanted.truth is not None and truth is not None:
        compared = _compared(wanted.truth, raster, labels.to_array(), truth, classes)
    return CubeReport(
        known,
        counts(labels),
        facts=facts(cube),
        pictures=_pictures(cube, labels, classes, raster, truth),
        spectra=_spectra(cube, labels, classes, progress),
        map=made if isinstance(made, MapReport) else None,
        unmapped=str(made) if isinstance(made, HsiError) else "",
        truth=compared,
    )


def _map(
    cube: Cube, labels: Labels, classes: ClassTable, wanted: Wanted, progress: Progress
) -> MapReport | HsiError:
    """Return the map, or why there is none: the rest of the report stands without it."""
    try:
        return _made(scene_of(cube, labels, classes), wanted, progress)
    except HsiError as error:
        return error


def _made(scene: Scene, wanted: Wanted, progress: Progress) -> MapReport:
    from hsi_studio.ml.mapping import class_map

    cube = scene.cube
    if len(scene.classes) < 2:
        raise HsiError(f"labels of {len(scene.classes)} classes teach nothing", "label two classes or more")
    started = time.perf_counter()
    assert wanted.live is not None
    model = trained(scene, wanted.settings, wanted.texts, wanted.live).fitted_to(cube)
    raster = class_map(model, cube, device=wanted.settings.device, progress=progress)
    told = report_of(model, time.perf_counter() - started)
    if model.embeddings is not None:
        told |= {"encoder": model.embeddings.encoder, "pooling": model.embeddings.pooling}
    return MapReport(raster, _areas(raster, pixel_area(cube)), told)


def _areas(raster: ClassRaster, area: float | None) -> dict[int, ClassArea]:
    pixels = np.bincount(raster.ids.ravel(), minlength=len(raster.colors()))
    whole = max(1, int(pixels[1:].sum()))
    found = ((entry, int(pixels[entry.id])) for entry in raster.classes)
    return {
        entry.id: ClassArea(entry, count, count / whole, None if area is None else count * area / 10_000)
        for entry, count in found
    }


def _compared(file: Path, raster: ClassRaster, labels: Ids, truth: Ids, classes: ClassTable) -> TruthReport:
    from scipy.ndimage import maximum_filter

    from hsi_studio.ml.metrics import agreement

    unseen = np.where(labels == 0, truth, 0)
    near = maximum_filter(labels != 0, 2 * _NEAR + 1)[unseen != 0]
    known = {entry.id for entry in raster.classes}
    names = {entry.id: entry.name for entry in classes}
    foreign = (id for id in np.unique(unseen).tolist() if id and id not in known)
    return TruthReport(
        file,
        agreement(raster.ids, unseen),
        float(near.mean()) if near.size else 0.0,
        tuple(names.get(id, f"class {id}") for id in foreign),
    )


def _pictures(
    cube: Cube, labels: Labels, classes: ClassTable, raster: ClassRaster | None, truth: Ids | None
) -> tuple[Picture, ...]:
    view = default_view(cube)
    step = max(1, math.ceil(max(cube.rows, cube.cols) / _LONGEST_SIDE))
    image = render(cube, view, step=step)
    faded = image.copy()
    faded[..., :3] = 255 - (255 - image[..., :3]) * _FADED
    dots = _colored(_dots(labels, step), classes)
    shown = [
        (f"The image: {describe(view.composite, cube)}", image),
        ("Labels over the image, each at least a dot", overlaid(faded, dots, 1)),
    ]
    if raster is not None and raster.confidence is not None:
        mixed = overlaid(image, _colored(raster.ids[::step, ::step], raster.classes), _MAP_OPACITY)
        shown.append(("The map over the image", mixed))
        shown.append(("Confidence, from 0 (dark) to 1", _shades(raster.confidence[::step, ::step])))
    if truth is not None:
        shown.append(("The truth", overlaid(faded, _colored(truth[::step, ::step], classes), 1)))
    return tuple(Picture(caption, png_bytes(picture)) for caption, picture in shown)


def _dots(labels: Labels, step: int) -> Ids:
    """Return labels at every `step`-th pixel, single ones grown to a dot that can be seen."""
    from scipy.ndimage import maximum_filter

    ids = labels.to_array()
    side = max(1, max(ids.shape) // _DOTS_ALONG_SIDE) | 1
    return np.where(ids > 0, ids, maximum_filter(ids, max(side, step)))[::step, ::step]


def _colored(ids: Ids, classes: ClassTable) -> NDArray[np.uint8]:
    return ClassRaster("", ids, classes).rgba()


def _shades(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    from matplotlib import colormaps

    shades: NDArray[np.uint8] = colormaps[DEFAULT_COLORMAP](np.clip(values, 0, 1), bytes=True)
    return shades


def _spectra(cube: Cube, labels: Labels, classes: ClassTable, progress: Progress) -> bytes | None:
    found = ClassSpectra.of(cube, labels, progress)
    pairs = [(found.spectrum(entry.id), entry.color) for entry in classes]
    drawn = [(spectrum, color) for spectrum, color in pairs if spectrum is not None]
    if not drawn:
        return None
    spectra, colors = zip(*drawn, strict=True)
    return spectra_figure(BandAxis.of(cube), spectra, colors, unit="Stored value")
