"""Training batches: patches around labelled pixels, or dense crops where labels lie close together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import HsiError
from hsi_studio.ml.labelled import LabelledPixels
from hsi_studio.ml.padding import Tile, read_tile
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.s3fn import Architecture, Backbone
from hsi_studio.ml.tiling import tiles

UNLABELLED = -1
CROP = 32
_READ_SIDE = 256
_MOST_BYTES = 4_000_000_000


@dataclass(frozen=True, eq=False)
class Material:
    """Which labelled pixels of which cube a network of which sizes learns from, and on which device."""

    cube: Cube
    pixels: LabelledPixels
    preprocessor: Preprocessor
    architecture: Architecture
    device: str = "cpu"


@dataclass(frozen=True, eq=False)
class Batches:
    """Network inputs with their targets.

    Parameters
    ----------
    images : Tensor (M, C', s, s)
        Patches (s = P), or crops of 32 × 32 pixels with their surroundings.
    targets : Tensor of int64 (M,) for patches, (M, 32, 32) for crops
        Position of the class; −1 where a crop is unlabelled.
    labels : int
        Number of labelled pixels.
    """

    images: Tensor
    targets: Tensor
    labels: int

    @property
    def dense(self) -> bool:
        """True for crops."""
        return self.targets.ndim == 3

    def kept_on(self, device: str) -> Batches:
        """Return the images on a GPU where they take little of its memory, else as they are."""
        if not device.startswith("cuda") or self.images.nbytes > torch.cuda.mem_get_info(device)[0] // 4:
            return self
        return replace(self, images=self.images.to(device), targets=self.targets.to(device))

    def features(self, backbone: Backbone, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return features (n, features) and targets (n,) of the labelled pixels of a batch."""
        if not self.dense:
            return backbone(images), targets
        features = backbone.dense(images).movedim(1, -1)
        labelled = targets != UNLABELLED
        return features[labelled], targets[labelled]

    def draw(self, labels: int, random: torch.Generator) -> Iterator[Tensor]:
        """Yield indices (n,) of batches of about `labels` labelled pixels, for ever, each image in turn."""
        size = min(max(1, round(labels * len(self.images) / self.labels)), len(self.images))
        while True:
            order = torch.randperm(len(self.images), generator=random)
            yield from split(order[: len(order) // size * size], size)


def make_batches(material: Material, progress: Progress) -> Batches:
    """Read what stage 1 learns from, as patches or as crops, whichever costs fewer operations."""
    pixels, architecture = material.pixels, material.architecture
    corners = np.unique(np.stack((pixels.rows // CROP, pixels.cols // CROP)), axis=1)
    dense_cost = corners.shape[1] * (CROP + 4) ** 2 * architecture.macs_per_pixel()
    if dense_cost < len(pixels) * architecture.macs_per_patch():
        return read_crops(material, progress)
    return read_patches(material, progress)


def read_patches(material: Material, progress: Progress) -> Batches:
    """Read one patch per labelled pixel.

    Raises
    ------
    HsiError
        When the patches of so many labels would not fit into memory.
    """
    pixels, side = material.pixels, material.architecture.patch
    components = material.preprocessor.components
    _require_memory(len(pixels) * components * side**2 * 4)
    images = torch.empty(len(pixels), components, side, side)
    after = side - 1 - material.architecture.before
    for tile, chosen in _labelled_tiles(material, _READ_SIDE, after, progress):
        windows = tile.image.unfold(1, side, 1).unfold(2, side, 1)
        rows = torch.from_numpy(pixels.rows[chosen] - tile.window.row)
        cols = torch.from_numpy(pixels.cols[chosen] - tile.window.col)
        images[torch.from_numpy(chosen)] = windows[:, rows, cols].movedim(0, 1).cpu()
    return Batches(images, torch.from_numpy(pixels.targets), len(pixels))


def read_crops(material: Material, progress: Progress) -> Batches:
    """Read crops of 32 × 32 pixels that together hold every labelled pixel."""
    pixels, images, targets = material.pixels, [], []
    for tile, chosen in _labelled_tiles(material, CROP, material.architecture.after, progress):
        target = torch.full((CROP, CROP), UNLABELLED)
        target[pixels.rows[chosen] - tile.window.row, pixels.cols[chosen] - tile.window.col] = (
            torch.from_numpy(pixels.targets[chosen])
        )
        missing = [CROP + material.architecture.field - 1 - length for length in tile.image.shape[1:]]
        images.append(functional.pad(tile.image, (0, missing[1], 0, missing[0])).cpu())
        targets.append(target)
        _require_memory(sum(one.nbytes for one in images))
    return Batches(torch.stack(images), torch.stack(targets), len(pixels))


def _labelled_tiles(
    material: Material, side: int, after: int, progress: Progress
) -> Iterator[tuple[Tile, np.ndarray[tuple[int], np.dtype[np.intp]]]]:
    """Yield the tiles of `side` that hold labels, and which labels those are."""
    pixels, cube = material.pixels, material.cube
    columns = -(-cube.cols // side)
    number = (pixels.rows // side) * columns + pixels.cols // side
    occupied = set(np.unique(number).tolist())
    before = material.architecture.before
    for i, window in enumerate(tiles(cube.window, side)):
        if i in occupied:
            progress.update(None, "reading labelled pixels")
            tile = read_tile(cube, material.preprocessor, window, before, after, device=material.device)
            yield tile, np.flatnonzero(number == i)


def _require_memory(needed: int) -> None:
    if needed > _MOST_BYTES:
        raise HsiError(
            f"the patches of these labels take {needed / 1e9:.0f} GB", "train on fewer labelled pixels"
        )


def disturbed(images: Tensor, *, jitter: float, noise: float, random: torch.Generator) -> Tensor:
    """Return a batch with each image scaled by U(1 − jitter, 1 + jitter) and with noise on it.

    `random` may live on another device than the images.
    """

    def values(*shape: int) -> Tensor:
        return torch.empty(shape, device=random.device)

    factors = values(len(images), 1, 1, 1).uniform_(1 - jitter, 1 + jitter, generator=random)
    images = images * factors.to(images.device)
    if not noise:
        return images
    for shape in ((len(images), images.shape[1], 1, 1), images.shape):
        drawn = values(*shape).normal_(generator=random)
        images = torch.add(images, drawn.to(images.device), alpha=noise)
    return images


def turned_at_random(images: Tensor, targets: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return a batch turned and mirrored as a whole."""
    turns, flip = (int(torch.randint(most, (), generator=random)) for most in (4, 2))
    return turned(images, targets, turns, flip)


def turned(images: Tensor, targets: Tensor, turns: int, flip: int) -> tuple[Tensor, Tensor]:
    """Return a batch after quarter turns and, if `flip`, mirrored; crops' targets go with them."""
    grids = [torch.rot90(grid, turns, (-2, -1)) if grid.ndim > 1 else grid for grid in (images, targets)]
    first, second = (grid.flip(-1) if flip and grid.ndim > 1 else grid for grid in grids)
    return first, second


def split(tensor: Tensor, size: int) -> Iterator[Tensor]:
    """Yield pieces of at most `size` along the first axis."""
    return (tensor[first : first + size] for first in range(0, len(tensor), size))
