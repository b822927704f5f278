"""The words in the corner of the canvas: which map lies over the image, and whether it is up to date."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hsi_studio.app.live_layers import PREDICTION
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.session import Session, top_layer
from hsi_studio.gui.canvas import Canvas

MAP = "map"


class MapChip(QObject):
    """Keeps the canvas's chip."""

    def __init__(self, canvas: Canvas, session: Session, follower: MapFollower) -> None:
        super().__init__(canvas)
        self._canvas, self._session, self._follower = canvas, session, follower
        for signal in (
            session.layers_changed, session.current_changed, follower.outdated_changed,
            follower.shown_changed, follower.options_changed, follower.engine.busy_changed,
        ):  # fmt: skip
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self, _: object = None) -> None:
        """Say how things stand."""
        self._canvas.set_chip(self._text(), warns=self.out_of_date)

    @property
    def out_of_date(self) -> bool:
        """Whether the live map is in sight and older than labels or texts, with no other one on its way."""
        follower = self._follower
        return self._is_live_map and follower.outdated and MAP not in follower.engine.busy

    @property
    def _is_live_map(self) -> bool:
        top = self._top()
        return top is not None and top[0] == PREDICTION

    def _top(self) -> tuple[str, float] | None:
        current = self._session.current
        top = None if current is None else top_layer(current)
        return None if top is None else (top.raster.name, top.opacity)

    def _text(self) -> str:
        top = self._top()
        if top is None:
            return ""
        said = f"{top[0]} {top[1]:.0%}".replace("%", " %")
        if self.out_of_date:
            return f"{said} · out of date: U brings it up to date"
        return f"{said} · hold I for the bare image"
