"""What the user chooses about the live map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hsi_studio.live.map_requests import EngineName

Sureness = Literal["confidence", "margin", "certainty"]


@dataclass(frozen=True)
class LiveOptions:
    """How the map is made and shown.

    `engine` plays a part once a network was trained. `words_alone` lets classes without labels take part by
    their texts; `reject` hides pixels less sure than that (0 to 1).
    """

    live: bool = True
    smooth: bool = True
    words_alone: bool = False
    engine: EngineName = "both"
    sureness: Sureness = "confidence"
    reject: float = 0.0

    @property
    def computed(self) -> object:
        """What makes another map, not only another look of it."""
        return self.smooth, self.words_alone, self.engine
