"""How a cube is looked at, as values that a project stores."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from hsi_studio.app.session import LabelsLook, Layer, OpenCube
from hsi_studio.core.cube import Cube
from hsi_studio.core.grid import Grid
from hsi_studio.core.view import Composite, RgbComposite, SingleBand, Stretch, ViewSpec
from hsi_studio.errors import HsiError
from hsi_studio.io.demo_scene import is_demo
from hsi_studio.io.labels import read_labels
from hsi_studio.io.project.cube_files import found_path, options_from, options_text, stored_path

log = logging.getLogger(__name__)
_KINDS = {kind.__name__: kind for kind in get_args(Composite)}


@dataclass(frozen=True)
class _Look:
    """A layer; `path` of its file as seen from the cube's folder, empty for what the program has made."""

    visible: bool
    opacity: float
    hidden: frozenset[int] = frozenset()
    path: str = ""
    options: str = ""


@dataclass(frozen=True)
class _Stored:
    kind: str
    composite: dict[str, Any]
    stretch: Stretch
    image: bool = True
    labels: LabelsLook = field(default_factory=LabelsLook)
    layers: dict[str, _Look] = field(default_factory=dict)


_STORED = TypeAdapter(_Stored)


def view_values(opened: OpenCube) -> Any:
    """Return view and layers of an open cube as values of JSON's types."""
    composite = opened.view.composite
    stored = _Stored(
        type(composite).__name__,
        asdict(composite),
        opened.view.stretch,
        opened.image_visible,
        opened.labels,
        {layer.raster.name: _look(layer, opened.cube) for layer in opened.layers},
    )
    return _STORED.dump_python(stored, mode="json")


def with_view(opened: OpenCube, values: Any) -> OpenCube:
    """Return a cube as `view_values` says, as it is where these make no sense for it.

    Layers from files are read again, as far as these can be; `lost_layers` tells the others.
    """
    try:
        stored = _STORED.validate_python(values)
        composite = TypeAdapter(_KINDS[stored.kind]).validate_python(stored.composite)
    except (ValidationError, KeyError):
        return opened
    if not _fits(composite, opened.cube):
        return opened
    return replace(
        opened,
        view=ViewSpec(composite, stored.stretch),
        image_visible=stored.image,
        labels=stored.labels,
        layers=tuple(_layers(opened, stored.layers)),
    )


def lost_layers(opened: OpenCube, values: Any) -> tuple[Path, ...]:
    """Return the files of layers that `view_values` tells of and that `with_view` could not read."""
    try:
        stored = _STORED.validate_python(values)
    except ValidationError:
        return ()
    there = {layer.raster.name for layer in opened.layers}
    lost = (look.path for name, look in stored.layers.items() if look.path and name not in there)
    return tuple(found_path(path, _folder(opened.cube)) for path in lost)


def _layers(opened: OpenCube, looks: Mapping[str, _Look]) -> Iterator[Layer]:
    there = {layer.raster.name: layer for layer in opened.layers}
    for name, look in looks.items():
        layer = there.pop(name, None) or _loaded(opened.cube, look)
        if layer is not None:
            yield replace(layer, visible=look.visible, opacity=look.opacity, hidden=look.hidden)
    yield from there.values()


def _look(layer: Layer, cube: Cube) -> _Look:
    look = _Look(layer.visible, layer.opacity, layer.hidden)
    if layer.path is None:
        return look
    return replace(
        look,
        path=stored_path(layer.path, _folder(cube)),
        options=options_text(layer.options, layer.path),
    )


def _loaded(cube: Cube, look: _Look) -> Layer | None:
    if not look.path:
        return None
    path = found_path(look.path, _folder(cube))
    options = options_from(look.options, path)
    try:
        raster = read_labels(path, Grid.of(cube), options)
    except HsiError as error:
        log.warning("A layer could not be read again: %s", error)
        return None
    return Layer(raster, path=path, options=options)


def _folder(cube: Cube) -> Path | None:
    """Return what paths of layers are relative to: they move along with their cube."""
    return None if cube.path is None or is_demo(cube) else cube.path.parent


def _fits(composite: Composite, cube: Cube) -> bool:
    bands: tuple[int, ...] = ()
    if isinstance(composite, RgbComposite):
        bands = (composite.red, composite.green, composite.blue)
    elif isinstance(composite, SingleBand):
        bands = (composite.band,)
    return all(0 <= band < cube.bands for band in bands)
