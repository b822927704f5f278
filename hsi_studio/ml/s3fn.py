"""S3FN's first stage: a small 3D-CNN over patches, and the same network for all pixels at once.

Hassan et al., "Label Semantics for Robust Hyperspectral Image Classification", IJCNN 2025, arXiv:2510.07556.
Every spatial stride can be replaced by a dilation, so that one pass gives the features of all pixels
(Giusti et al. 2013, arXiv:1302.1700; Li et al. 2014, arXiv:1412.4526).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from hsi_studio.ml.dense_cpu import dense_features
from hsi_studio.ml.preprocess import MIN_COMPONENTS

MIN_PATCH = 14
_TAPS = 27  # of a 3 × 3 × 3 kernel
_BY_BAND = torch.channels_last
_BY_VOXEL = torch.channels_last_3d


@dataclass(frozen=True)
class Architecture:
    """Sizes of the 3D-CNN.

    Parameters
    ----------
    components : int
        C', spectral components of the input; at least 14.
    patch : int
        P, side of a patch; at least 14. P = 4k + 2 uses every pixel; others ignore the last rows and columns.
    widths : tuple of 3 int
        Channels of the three convolutions.
    features : int
        Length of the feature vector.
    rectified : bool
        ReLU on the features, as published.
    """

    components: int
    patch: int
    widths: tuple[int, int, int] = (32, 64, 128)
    features: int = 128
    rectified: bool = True

    def __post_init__(self) -> None:
        if self.components < MIN_COMPONENTS or self.patch < MIN_PATCH:
            raise ValueError(f"needs {MIN_COMPONENTS} components and patches of {MIN_PATCH} or more: {self}")

    @property
    def depths(self) -> tuple[int, int, int, int]:
        """Spectral length after the first pooling, each later convolution and the second pooling."""
        pooled = (self.components - 2) // 2
        return pooled, pooled - 2, pooled - 4, (pooled - 4) // 2

    @property
    def kernel(self) -> int:
        """Side of the feature map that the first fully connected layer sees."""
        return ((self.patch - 2) // 2 - 4) // 2

    @property
    def field(self) -> int:
        """Side of the part of a patch that the features depend on."""
        return 4 * self.kernel + 10

    @property
    def before(self) -> int:
        """Pixels of the field above and left of the pixel that it describes."""
        return self.field // 2

    @property
    def after(self) -> int:
        """Pixels of the field below and right of the pixel that it describes."""
        return self.field - 1 - self.before

    def macs_per_pixel(self) -> int:
        """Multiply–adds of the dense network for one pixel."""
        return sum(self._layer_macs())

    def macs_per_patch(self) -> int:
        """Multiply–adds for one patch on its own."""
        pooled = (self.patch - 2) // 2
        areas = ((self.patch - 2) ** 2, (pooled - 2) ** 2, (pooled - 4) ** 2, 1)
        return sum(area * macs for area, macs in zip(areas, self._layer_macs(), strict=True))

    def _layer_macs(self) -> tuple[int, int, int, int]:
        a, b, c = self.widths
        _, second, third, last = self.depths
        flat = c * last * self.kernel**2
        return (
            (self.components - 2) * _TAPS * a,
            second * _TAPS * a * b,
            third * _TAPS * b * c,
            flat * self.features,
        )


class Backbone(nn.Module):
    """Stage 1's 3D-CNN up to the features z.

    conv 3³ · ReLU · mean pool 2³ · conv 3³ · ReLU · conv 3³ · ReLU · mean pool 2³ · fully connected (· ReLU),
    all convolutions without padding.
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        channels = (1, *architecture.widths)
        self.first, self.second, self.third = (nn.Conv3d(a, b, 3) for a, b in pairwise(channels))
        flat = architecture.widths[2] * architecture.depths[3] * architecture.kernel**2
        self.connected = nn.Linear(flat, architecture.features)

    def forward(self, patches: Tensor) -> Tensor:
        """Return features (N, features) of patches (N, C', P, P)."""
        maps = functional.avg_pool3d(self._inner(self._first(patches, stride=2)), 2)
        kernel = self.architecture.kernel
        return self._activate(self.connected(maps[..., :kernel, :kernel].flatten(1)))

    def dense(self, images: Tensor) -> Tensor:
        """Return features (N, features, H, W) of images (N, C', H + field − 1, W + field − 1).

        The features at (i, j) are those of the patch whose first pixel is (i, j). On a CPU and without
        gradients `dense_features` computes them in half of the time.
        """
        if _is_plain(images):
            return torch.stack([dense_features(self, image) for image in images])
        height, width = (length - self.architecture.field + 1 for length in images.shape[2:])
        maps = self._inner(_phases(self._first(images, stride=1)))
        return self._activate(_interleaved(self._connected(maps), len(images))[..., :height, :width])

    def _connected(self, maps: Tensor) -> Tensor:
        """Return the features (M, features, h, w) of maps (M, channels, depth, …) not yet pooled again."""
        depth, kernel = self.architecture.depths[3], self.architecture.kernel
        maps = maps[:, :, 0 : 2 * depth : 2] + maps[:, :, 1 : 2 * depth : 2]
        maps = maps[..., :-1, :] + maps[..., 1:, :]
        maps = maps[..., :-1] + maps[..., 1:]
        # All values of a pixel lie together in memory, depth before channels; the weights follow, and take
        # the mean's eighth.
        pixels = maps.permute(0, 3, 4, 2, 1).flatten(3).permute(0, 3, 1, 2)
        weight = self.connected.weight.view(-1, maps.shape[1], depth, kernel, kernel) * 0.125
        weight = weight.transpose(1, 2).flatten(1, 2).contiguous(memory_format=_BY_BAND)
        return functional.conv2d(pixels, weight, self.connected.bias, dilation=2)

    def _inner(self, maps: Tensor) -> Tensor:
        """Return the second and third convolution of maps (M, channels, depth, h, w), rectified."""
        for layer in (self.second, self.third):
            weight = layer.weight.contiguous(memory_format=_BY_VOXEL)
            maps = functional.relu(functional.conv3d(maps, weight, layer.bias))
        return maps

    def _first(self, images: Tensor, stride: int) -> Tensor:
        """Return the pooled first convolution (N, channels, depth, h, w).

        It has one input channel, for which 3D convolutions are slow (3 to 20 of 130 GFLOP/s on a CPU). Three
        neighbouring components as three channels of a 2D convolution give the same numbers at 60 to 100.
        """
        layer = self.first
        taps = torch.stack((images[:, :-2], images[:, 1:-1], images[:, 2:]), 2).flatten(0, 1)
        weight = layer.weight[:, 0].contiguous(memory_format=_BY_BAND)
        maps = functional.relu_(
            functional.conv2d(taps.contiguous(memory_format=_BY_BAND), weight, layer.bias)
        )
        if stride == 2:
            maps = functional.avg_pool2d(maps, 2)
        maps = maps.view(len(images), -1, *maps.shape[1:])
        depth = self.architecture.depths[0]
        maps = maps[:, 0 : 2 * depth : 2] + maps[:, 1 : 2 * depth : 2]
        if stride == 1:  # sums of two are several times faster than the library's overlapping means
            maps = maps[..., :-1, :] + maps[..., 1:, :]
            maps = (maps[..., :-1] + maps[..., 1:]) * 0.25
        return (maps * 0.5).transpose(1, 2).contiguous(memory_format=_BY_VOXEL)

    def _activate(self, features: Tensor) -> Tensor:
        return functional.relu(features) if self.architecture.rectified else features


def _phases(maps: Tensor) -> Tensor:
    """Return every second pixel of maps (N, channels, depth, h, w), in four ways, as (4 N, …, h / 2, w / 2).

    What lies two pixels apart, for a dilated convolution, are neighbours then; on a GPU that takes two thirds
    of the time.
    """
    rows, cols = maps.shape[3:]
    if rows % 2 or cols % 2:
        maps = functional.pad(maps, (0, cols % 2, 0, rows % 2))
    parted = maps.view(*maps.shape[:3], (rows + 1) // 2, 2, (cols + 1) // 2, 2)
    return parted.permute(0, 4, 6, 2, 3, 5, 1).flatten(0, 2).permute(0, 4, 1, 2, 3)


def _interleaved(features: Tensor, images: int) -> Tensor:
    """Return features (N, features, 2 h, 2 w) of their four phases (4 N, features, h, w)."""
    parted = features.view(images, 2, 2, *features.shape[1:]).permute(0, 4, 1, 5, 2, 3)
    return parted.flatten(3, 4).flatten(1, 2).permute(0, 3, 1, 2)


def _is_plain(images: Tensor) -> bool:
    """Tell whether only numbers are wanted, in single precision, on a CPU."""
    more = torch.is_grad_enabled() or torch.is_autocast_enabled("cpu")
    return images.device.type == "cpu" and images.dtype == torch.float32 and not more
