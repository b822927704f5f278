"""The dense features of `Backbone.dense` on a CPU: the same numbers with about half of the multiplications.

Measured on 2 cores: the first convolution and the poolings are bound by memory, so they run over planes that
stay in the cache; the others are bound by multiplications, so they go through `filtering.correlate`, along
the bands and, for the last one, along the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from hsi_studio.ml.filtering import correlate

if TYPE_CHECKING:
    from torch import nn

    from hsi_studio.ml.s3fn import Backbone

_BY_PIXEL = torch.channels_last
_GAP = 4
"""Pixels between the taps of the last convolution: the two poolings' strides."""


def dense_features(backbone: Backbone, image: Tensor) -> Tensor:
    """Return features (features, H, W) of an image (C', H + field − 1, W + field − 1), without gradients."""
    maps = _first(backbone, image)
    for layer in (backbone.second, backbone.third):
        maps = _along_bands(layer, maps)
    features = _connected(backbone, maps, image.shape[1] - backbone.architecture.field + 1)
    return (functional.relu_(features) if backbone.architecture.rectified else features).movedim(-1, 0)


def _first(backbone: Backbone, image: Tensor) -> Tensor:
    """Return the first convolution, rectified and pooled, (depth, h, w, channels)."""
    layer = backbone.first
    weight = layer.weight[:, 0].contiguous(memory_format=_BY_PIXEL)
    planes = []
    for depth in range(0, 2 * backbone.architecture.depths[0], 2):
        pair = torch.stack((image[depth : depth + 3], image[depth + 1 : depth + 4]))
        rectified = functional.relu_(
            functional.conv2d(pair.contiguous(memory_format=_BY_PIXEL), weight, layer.bias)
        )
        upper, lower = rectified.permute(0, 2, 3, 1)
        plane = upper + lower
        plane = plane[:-1] + plane[1:]
        planes.append((plane[:, :-1] + plane[:, 1:]).mul_(0.125))
    return torch.stack(planes)


def _along_bands(layer: nn.Conv3d, maps: Tensor) -> Tensor:
    """Return a convolution of maps (depth, h, w, channels), rectified; its taps lie 2 pixels apart."""

    def product(planes: Tensor, tap: Tensor) -> Tensor:
        weight = tap.contiguous(memory_format=_BY_PIXEL)
        return functional.conv2d(planes.permute(0, 3, 1, 2), weight, dilation=2).permute(0, 2, 3, 1)

    found = correlate(maps, layer.weight.movedim(2, 0), product)
    assert layer.bias is not None
    return functional.relu_(found.add_(layer.bias))


def _connected(backbone: Backbone, maps: Tensor, height: int) -> Tensor:
    """Return the features (height, W, features) of maps (depth, h, w, channels) before the second pooling."""
    depth, kernel = backbone.architecture.depths[3], backbone.architecture.kernel
    units = _GAP * (-(-height // _GAP) + kernel - 1)
    rows, cols, channels = maps.shape[1] - 2, maps.shape[2] - 2, maps.shape[3]
    pooled = maps.new_zeros(units, cols, depth, channels)
    for k in range(depth):
        plane = maps[2 * k] + maps[2 * k + 1]
        plane = plane[:-2] + plane[2:]
        torch.add(plane[:, :-2], plane[:, 2:], out=pooled[:rows, :, k])
    layer = backbone.connected
    # The mean's eighth goes into the weights; rows in groups of 4, within which no tap reaches another row.
    weight = layer.weight.view(-1, channels, depth, kernel, kernel).transpose(1, 2).flatten(1, 2) * 0.125

    def product(groups: Tensor, tap: Tensor) -> Tensor:
        one_row = tap[:, :, None].contiguous(memory_format=_BY_PIXEL)
        found = functional.conv2d(groups.permute(0, 3, 1, 2), one_row, dilation=(1, _GAP))
        return found.permute(0, 2, 3, 1)

    grouped = pooled.view(-1, _GAP, cols, depth * channels)
    found = correlate(grouped, weight.movedim(2, 0), product).flatten(0, 1)
    return found[:height].add_(layer.bias)
