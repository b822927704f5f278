"""Captures of line cameras with white and dark references, as Specim's software lays them out.

A capture folder holds ``capture/NAME.hdr``, ``WHITEREF_NAME.hdr`` and ``DARKREF_NAME.hdr`` (and
``WHITEDARKREF_NAME.hdr``, the dark current at the exposure of the white reference). The same names are looked
for beside any scene.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.wavelengths import parse_numbers
from hsi_studio.errors import Choice, ChoiceNeeded, CubeFileError, ReferencesError
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.envi_cube import open_envi
from hsi_studio.io.readers.envi_files import header_of, is_header_name
from hsi_studio.io.readers.envi_header import is_envi_header, read_header
from hsi_studio.io.readers.reflectance import Line, calibrated, mean_line
from hsi_studio.io.registry import open_cube

_FOLDER = "capture"
_PREFIXES = ("whiteref", "darkref", "whitedarkref")
_EXPOSURE_KEYS = ("tint", "integration time", "exposure", "shutter")


class References(NamedTuple):
    """Files of the white reference, of the dark current, and of the dark current of the white reference."""

    white: Path | None = None
    dark: Path | None = None
    white_dark: Path | None = None


class CaptureReader:
    """Folders with one scene in ENVI form, with or without references."""

    name = "Specim capture"
    suffixes: tuple[str, ...] = ()

    def recognises(self, path: Path) -> bool:
        return path.is_dir() and bool(_scenes(path))

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:
        cube = replace(open_envi(_scene(path, options.variable)), format=self.name)
        by_hand = options.white is not None or options.dark is not None
        return cube if by_hand or not options.use_references else with_references_beside(cube, progress)


def with_references_beside(cube: Cube, progress: Progress) -> Cube:
    """Return a scene as reflectance when it is raw and its references lie beside it; else the cube itself.

    Raises
    ------
    ReferencesError
        When the references are damaged or do not fit the scene.
    """
    header = None if cube.path is None else header_of(cube.path)
    if header is None or cube.quantity != "value":
        return cube
    found = references_beside(header)
    try:
        return _applied(cube, found, progress) if any(found) else cube
    except CubeFileError as error:
        raise ReferencesError(error.cause, error.remedy) from error


def to_reflectance(cube: Cube, white: Path | None, dark: Path | None, progress: Progress) -> Cube:
    """Return a cube as reflectance (raw − dark) / (white − dark), computed on every read.

    References are averaged over their lines to (cols, bands). White minus dark is scaled by the ratio of the
    exposure times of scene and white reference where both headers give them. Without `dark`, zero is taken;
    without `white`, the result is raw − dark in the units of the camera.

    Parameters
    ----------
    cube : Cube
        Raw scene.
    white, dark : Path, optional
        Files in any format, as wide as the scene and with as many bands.

    Raises
    ------
    CubeFileError
        When a reference cannot be opened or does not fit the scene.
    """
    return _applied(cube, References(white, dark), progress)


def references_beside(header: Path) -> References:
    """Return the references in the folder of a scene's header: those with its name, else the only ones."""
    if _is_reference(header):
        return References()
    headers = _headers(header.parent)
    scenes = {path.stem.lower() for path in headers if not _is_reference(path)}
    return References(*(_reference(prefix, header.stem.lower(), headers, scenes) for prefix in _PREFIXES))


def _reference(prefix: str, scene: str, headers: list[Path], scenes: set[str]) -> Path | None:
    owners = {
        path: path.stem.lower().removeprefix(prefix).lstrip("_- ")
        for path in headers
        if path.stem.lower().startswith(prefix)
    }
    own = [path for path, owner in owners.items() if owner == scene]
    shared = [path for path, owner in owners.items() if owner not in scenes]
    return own[0] if own else shared[0] if len(shared) == 1 else None


def _applied(cube: Cube, files: References, progress: Progress) -> Cube:
    white, dark, white_dark = (None if path is None else _line(path, cube, progress) for path in files)
    if white is None:
        note = f"The dark current of {_name(files.dark)} is subtracted; reflectance needs a white reference."
        return replace(cube, source=calibrated(cube, dark, None), nodata=None, notes=(*cube.notes, note))
    of_white = dark if white_dark is None else white_dark
    ratio = _exposure_ratio(cube.path, files.white)
    span = (white if of_white is None else white - of_white) * ratio
    return replace(
        cube,
        source=calibrated(cube, dark, span),
        scale_factor=1.0,
        nodata=None,
        quantity="reflectance",
        notes=(*cube.notes, _told(files, ratio)),
    )


def _line(path: Path, scene: Cube, progress: Progress) -> Line:
    reference = open_cube(path, options=OpenOptions(use_references=False), progress=progress)
    if (reference.cols, reference.bands) != (scene.cols, scene.bands):
        raise CubeFileError(
            f"{path.name} is {reference.cols} columns × {reference.bands} bands "
            f"but {scene.name} is {scene.cols} × {scene.bands}",
            "choose references taken with the same camera settings, or open the scene without them",
        )
    return mean_line(reference, progress)


def _told(files: References, ratio: float) -> str:
    dark = "no dark reference: zero is taken" if files.dark is None else f"dark {_name(files.dark)}"
    scaled = "" if ratio == 1.0 else f"; white scaled by {ratio:.4g} for the exposure times"
    return f"Shown as reflectance (white {_name(files.white)}, {dark}{scaled})."


def _name(path: Path | None) -> str:
    return "" if path is None else path.name


def _exposure_ratio(scene: Path | None, white: Path | None) -> float:
    """Return the scene's exposure time over the white reference's; 1 when the headers do not give both."""
    ours, theirs = _exposures(scene), _exposures(white)
    return next((ours[key] / theirs[key] for key in ours if key in theirs), 1.0)


def _exposures(path: Path | None) -> dict[str, float]:
    header_path = None if path is None or path.is_dir() else header_of(path)
    if header_path is None:
        return {}
    header = read_header(header_path)
    pairs = {**header.comments, **header.fields}
    texts = {key: text.split()[0] for key, text in pairs.items() if key.startswith(_EXPOSURE_KEYS) and text}
    numbers = dict(zip(texts, parse_numbers(list(texts.values())).tolist(), strict=True))
    return {key: number for key, number in numbers.items() if math.isfinite(number) and number > 0}


def _scene(folder: Path, wanted: str | None) -> Path:
    scenes = {path.stem: path for path in _scenes(folder)}
    if wanted in scenes:
        return scenes[wanted]
    if len(scenes) == 1:
        return next(iter(scenes.values()))
    choices = [Choice(name, path.relative_to(folder).as_posix()) for name, path in scenes.items()]
    raise ChoiceNeeded(f"{folder.resolve().name} is a folder with {len(scenes)} scenes", "variable", choices)


def _scenes(folder: Path) -> list[Path]:
    headers = _headers(folder)
    with suppress(OSError):
        for inner in sorted(folder.iterdir()):
            if inner.name.lower() == _FOLDER and inner.is_dir():
                headers += _headers(inner)
    return [path for path in headers if not _is_reference(path)]


def _headers(folder: Path) -> list[Path]:
    with suppress(OSError):
        named = [path for path in sorted(folder.iterdir()) if is_header_name(path) and path.is_file()]
        # Hidden ones are left over from interrupted writing, or macOS keeps its own things in them.
        return [path for path in named if not path.name.startswith(".") and is_envi_header(path)]
    return []


def _is_reference(header: Path) -> bool:
    return header.stem.lower().startswith(_PREFIXES)
