"""The instant head as a model file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hsi_studio.live.map_requests import ModelWanted


def instant_model(wanted: ModelWanted) -> Iterator[bytes | None]:
    """Train on the labels as `hsi-studio project train` does, and yield the content of the file."""
    from hsi_studio.ml.methods import method
    from hsi_studio.ml.presets import FAST, Settings
    from hsi_studio.ml.scene import Scene

    cube = wanted.recipe.open()
    ids = np.zeros((cube.rows, cube.cols), np.int16)
    ids.flat[wanted.positions] = wanted.ids
    way = method("instant")
    run = way.train(Scene(cube, ids, wanted.classes), wanted.embeddings, Settings("instant", FAST))
    while True:
        yield None
        try:
            next(run)
        except StopIteration as done:
            model = done.value
            break
    yield model.to_bytes()
