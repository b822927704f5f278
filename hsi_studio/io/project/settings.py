"""Values that a project stores by key, outside its history."""

from __future__ import annotations

import json
from typing import Any

from hsi_studio.io.project.errors import decoding
from hsi_studio.io.project.store import Store

ENCODER, LIVE = "text encoder", "live map"
"""Keys of what reads the descriptions, and of the options of the live map."""


def value(store: Store, key: str) -> Any | None:
    """Return what `set_value` has stored, None where nothing was."""
    with decoding(store.path, f"the setting {key}"):
        found = store.connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return None if found is None else json.loads(found[0])


def set_value(store: Store, key: str, value: Any) -> None:
    """Store a value of JSON's types."""
    store.connection.execute("REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))
