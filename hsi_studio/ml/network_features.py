"""What a trained network sees of every pixel, as material for other heads."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.ml.devices import mixed
from hsi_studio.ml.model import Model
from hsi_studio.ml.padding import read_tile
from hsi_studio.ml.predict import tile_side
from hsi_studio.ml.tiling import tiles


@torch.inference_mode()
def network_features(
    model: Model,
    cube: Cube,
    *,
    window: Window | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return the backbone's dense features (N, F) of a window, or of the cube; zeros where not measured.

    Raises
    ------
    Cancelled
        When `progress` says so, between two tiles.
    """
    progress = Progress() if progress is None else progress
    model.to(device)
    before, after = model.architecture.before, model.architecture.after
    asked = cube.window if window is None else window
    features = np.zeros((asked.rows, asked.cols, model.architecture.features), np.float32)
    done = 0
    for part in tiles(asked, tile_side(model, device)):
        tile = read_tile(cube, model.preprocessor, part, before, after, device=device)
        with mixed(torch.device(device).type):
            dense = model.backbone.dense(tile.image[None])[0].masked_fill(~tile.valid, 0)
        found = dense.float().movedim(0, -1).cpu().numpy()
        features[Window(part.row - asked.row, part.col - asked.col, part.rows, part.cols).slices()] = found
        done += part.size
        progress.update(done / asked.size, "features of the network")
    return features.reshape(-1, features.shape[2])
