"""Whether changes are in the project's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class KeptState:
    """Whether the changes so far are in the project's file; `reason` says why not, as a sentence.

    ``read-only`` and ``moving`` (into another file, since this one cannot be written) allow no changes.
    """

    status: Literal["kept", "saving", "failed", "read-only", "moving"] = "kept"
    reason: str = ""

    @property
    def refusal(self) -> str:
        """Why nothing may be changed; empty when it may."""
        return self.reason if self.status in ("read-only", "moving") else ""
