"""The instant head as a model file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.steps import quietly
from hsi_studio.live.map_requests import ModelWanted

if TYPE_CHECKING:
    from hsi_studio.ml.instant.features import InstantFeatures


def instant_model(
    wanted: ModelWanted, cube: Cube, features: InstantFeatures | None
) -> Iterator[bytes | None]:
    """Train on the labels as `hsi-studio project train` does, and yield the content of the file.

    `features` of all experts, with those of the network that is wanted, are not computed again.
    """
    from hsi_studio.ml.instant.network import Network
    from hsi_studio.ml.instant.scene_tiles import remember
    from hsi_studio.ml.methods import method
    from hsi_studio.ml.presets import FAST, Settings
    from hsi_studio.ml.scene import Scene

    if features is not None:
        remember(cube, features, None if wanted.network is None else Network(wanted.network))
    ids = np.zeros((cube.rows, cube.cols), np.int16)
    ids.flat[wanted.positions] = wanted.ids
    way = method("instant")
    run = way.train(
        Scene(cube, ids, wanted.classes),
        wanted.embeddings,
        Settings("instant", FAST, backbone=wanted.network),
    )
    model = yield from quietly(run)
    yield model.to_bytes()
