"""How well a free phrase fits every pixel, as a layer and without a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.session import Layer, Session
from hsi_studio.core.cube import Cube
from hsi_studio.core.scalars import ScalarRaster

_PERCENTILES = 2, 98
_OPACITY = 0.75


@dataclass(frozen=True, eq=False)
class Heat:
    """The answer to a phrase, as it lies over a cube."""

    cube: Cube
    phrase: str
    raster: ScalarRaster


class SceneQuery(QObject):
    """One phrase at a time; its heat map follows the labels until it is taken away."""

    answered = Signal(object)
    """`Heat`, or None when it was taken away."""
    refused = Signal()
    """There is no map to ask yet: fewer than two classes have labels, or the texts are not read."""

    def __init__(
        self, session: Session, texts: LiveTexts, follower: MapFollower, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._texts, self._follower = session, texts, follower
        self._vector: NDArray[np.float32] | None = None
        self._cube: Cube | None = None
        self.phrase = ""
        self.heat: Heat | None = None
        texts.phrase_read.connect(self._on_read)
        follower.heat_ready.connect(self._on_heat)
        follower.shown_changed.connect(self._follow)
        for signal in (texts.encoder_changed, session.current_changed):
            signal.connect(self.clear)

    def ask(self, phrase: str) -> None:
        """Show where a phrase fits; nothing is taken for nothing."""
        self.phrase, self._vector = phrase.strip(), None
        if self.phrase:
            self._texts.read_phrase(self.phrase)
        else:
            self.clear()

    def clear(self) -> None:
        """Take the heat map away."""
        self.phrase, self._vector = "", None
        heat, self.heat = self.heat, None
        if heat is not None:
            self._session.change_layers(heat.cube, lambda layers: _without(layers, heat))
            self.answered.emit(None)

    def _on_read(self, phrase: str, vector: NDArray[np.float32]) -> None:
        if phrase == self.phrase:
            self._vector = vector
            if not self._follow():
                self.clear()
                self.refused.emit()

    def _follow(self) -> bool:
        self._cube = self._session.cube
        return self._vector is not None and self._follower.query(self._vector)

    def _on_heat(self, values: NDArray[np.float32]) -> None:
        if self._vector is None or self._cube is None:
            return
        low, high = np.nanpercentile(values, _PERCENTILES).tolist()
        raster = ScalarRaster(f"“{self.phrase}”", values, low, max(high, low + 1e-6))
        old, self.heat = self.heat, Heat(self._cube, self.phrase, raster)
        self._session.change_layers(self._cube, lambda layers: _with(layers, raster, old))
        self.answered.emit(self.heat)


def _with(layers: tuple[Layer, ...], raster: ScalarRaster, old: Heat | None) -> tuple[Layer, ...]:
    """Return layers with a heat map in place of the last one, or on top."""
    look = next((one for one in layers if old is not None and one.raster is old.raster), None)
    opacity, visible = (_OPACITY, True) if look is None else (look.opacity, look.visible)
    return (*_without(layers, old), Layer(raster, visible=visible, opacity=opacity))


def _without(layers: tuple[Layer, ...], heat: Heat | None) -> tuple[Layer, ...]:
    return tuple(one for one in layers if heat is None or one.raster is not heat.raster)
