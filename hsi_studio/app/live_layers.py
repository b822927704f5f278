"""The live map as layers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hsi_studio.app.live_options import LiveOptions
from hsi_studio.app.session import Layer
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.scalars import Raster, ScalarRaster
from hsi_studio.live.map_requests import LiveMap

PREDICTION, CONFIDENCE = "Live prediction", "Live confidence"

_OPACITY = 0.55


def with_live_map(
    layers: tuple[Layer, ...], found: LiveMap, classes: ClassTable, options: LiveOptions
) -> tuple[Layer, ...]:
    """Return layers with a map and how sure it is in place of the last one, or on top.

    With the first map other layers of classes are hidden: two maps over each other would mix their colours.
    """
    sure = getattr(found, options.sureness)
    ids = np.where(sure < options.reject, 0, found.ids) if options.reject else found.ids
    prediction = ClassRaster(PREDICTION, ids, classes, found.confidence)
    confidence = ScalarRaster(CONFIDENCE, sure, nothing=0.0)
    if any(layer.raster.name == PREDICTION for layer in layers):
        return tuple(_renewed(layer, (prediction, confidence)) for layer in layers)
    below = tuple(replace(layer, visible=False) for layer in layers)
    return (
        *below,
        Layer(prediction, opacity=_OPACITY),
        Layer(confidence, visible=False, opacity=_OPACITY),
    )


def without_live_map(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return layers without the map and how sure it is."""
    return tuple(layer for layer in layers if layer.raster.name not in (PREDICTION, CONFIDENCE))


def _renewed(layer: Layer, rasters: tuple[Raster, ...]) -> Layer:
    raster = next((raster for raster in rasters if raster.name == layer.raster.name), layer.raster)
    return replace(layer, raster=raster)
