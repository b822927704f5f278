"""Finds the files of a text encoder: the default one, a local folder, or a Hugging Face name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hsi_studio.errors import HsiError
from hsi_studio.ml.encoder_file import EXPECTED_SHA256, PACKAGE, default_encoder, sha256, weights

DEFAULT = "all-MiniLM-L6-v2"

NEEDED = "choose a folder with config.json, tokenizer files and model.safetensors"

# No pickled weights and no code: a folder is fully told by these.
_PATTERNS = ("*.json", "*.txt", "*.model", "*.safetensors")


def find_encoder(name: str, *, offline: bool = False) -> Path:
    """Return the folder of configuration, tokenizer and weights.

    Parameters
    ----------
    name : str
        ``all-MiniLM-L6-v2``, a folder, or a Hugging Face name such as ``bert-large-uncased``.
    offline : bool
        Never ask the network.

    Raises
    ------
    HsiError
        When the files are absent and cannot be fetched, or the default weights are not the expected ones.
    """
    if name == DEFAULT:
        return _checked_default()
    if not name.strip():
        raise HsiError("no text encoder is named", f"give {DEFAULT}, a Hugging Face name or a folder")
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise HsiError(f"the folder {name} holds no text encoder", NEEDED)
        return folder
    if folder.is_absolute() or name.startswith("."):
        raise HsiError(f"there is no folder {name} of a text encoder", "check the path")
    return _downloaded(name, offline)


def content_hash(folder: Path) -> str:
    """Return 32 hexadecimal digits that change with any file an encoder's answer depends on."""
    files = sorted({file for pattern in _PATTERNS for file in folder.glob(pattern)})
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}:{sha256(file)}\n".encode())
    return digest.hexdigest()[:32]


def _checked_default() -> Path:
    folder = default_encoder()
    if folder is None:
        raise HsiError(f"the text encoder's weights are absent (package {PACKAGE})", f"install {PACKAGE}")
    if sha256(weights(folder)) != EXPECTED_SHA256:
        raise HsiError(f"{weights(folder)} is not the file that was published", f"install {PACKAGE} again")
    return folder


def _downloaded(name: str, offline: bool) -> Path:
    from huggingface_hub import snapshot_download

    for local in (True, False):
        if not local and offline:
            break
        try:
            return Path(snapshot_download(name, allow_patterns=list(_PATTERNS), local_files_only=local))
        except (OSError, ValueError) as error:
            last = error
    raise HsiError(
        f"the text encoder {name} is neither a folder nor on this machine",
        f"run `hf download {name}` where there is a network, or give the folder that holds it",
    ) from last
