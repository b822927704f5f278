"""How a cube is looked at, as values that a project stores."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from hsi_studio.app.session import LabelsLook, Layer, OpenCube
from hsi_studio.core.cube import Cube
from hsi_studio.core.view import Composite, RgbComposite, SingleBand, Stretch, ViewSpec

_KINDS = {kind.__name__: kind for kind in get_args(Composite)}


@dataclass(frozen=True)
class _Look:
    visible: bool
    opacity: float


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
        {layer.raster.name: _Look(layer.visible, layer.opacity) for layer in opened.layers},
    )
    return _STORED.dump_python(stored, mode="json")


def with_view(opened: OpenCube, values: Any) -> OpenCube:
    """Return a cube as `view_values` says, as it is where these make no sense for it."""
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
        layers=tuple(_as_stored(layer, stored.layers.get(layer.raster.name)) for layer in opened.layers),
    )


def _as_stored(layer: Layer, look: _Look | None) -> Layer:
    return layer if look is None else replace(layer, visible=look.visible, opacity=look.opacity)


def _fits(composite: Composite, cube: Cube) -> bool:
    bands: tuple[int, ...] = ()
    if isinstance(composite, RgbComposite):
        bands = (composite.red, composite.green, composite.blue)
    elif isinstance(composite, SingleBand):
        bands = (composite.band,)
    return all(0 <= band < cube.bands for band in bands)
