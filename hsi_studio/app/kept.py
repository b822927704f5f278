"""Whether changes are in the project's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class KeptState:
    """Whether the changes so far are in the project's file; `reason` says why not."""

    status: Literal["kept", "saving", "failed", "read-only"] = "kept"
    reason: str = ""
