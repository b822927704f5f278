"""A trained network that sees for an expert of the instant head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.ml.classifier import learned_pixels

if TYPE_CHECKING:
    from hsi_studio.ml.model import Model


@dataclass(frozen=True, eq=False)
class Network:
    """The content of a network's model file; torch is imported when it is first asked what it sees.

    Parameters
    ----------
    content : bytes
        As `Model.to_bytes` gives it.
    device : str
        Where it computes.
    """

    content: bytes
    device: str = "cpu"

    @property
    def model(self) -> Model:
        """The network itself.

        Raises
        ------
        HsiError
            When the content is damaged.
        UsageError
            When it is a model of another kind.
        """
        return _opened(self.content)

    def learned(self, cube: Cube, window: Window) -> NDArray[np.intp]:
        """Return the flat indices, in a window of a cube, of the pixels that it was trained on."""
        rows, cols = np.divmod(learned_pixels(self.model, cube), cube.cols)
        rows, cols = rows - window.row, cols - window.col
        inside = (rows >= 0) & (rows < window.rows) & (cols >= 0) & (cols < window.cols)
        return np.asarray(rows[inside] * window.cols + cols[inside])

    def features(self, cube: Cube, window: Window, progress: Progress | None = None) -> NDArray[np.float32]:
        """Return what the network sees of each pixel of a window, (N, F).

        Raises
        ------
        HsiError
            When the cube's bands do not fit the network's.
        """
        from hsi_studio.ml.network_features import network_features

        fitted = self.model.fitted_to(cube)
        return network_features(fitted, cube, window=window, device=self.device, progress=progress)


@lru_cache(maxsize=1)
def _opened(content: bytes) -> Model:
    from hsi_studio.ml.model import Model
    from hsi_studio.ml.model_file import classifier_of

    model = classifier_of(content, "the network's model")
    if not isinstance(model, Model):
        raise UsageError(
            f"a model of the method {model.method} is no network", "give one trained with s3fn or cnn3d"
        )
    return model
