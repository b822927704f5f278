"""Models as single safetensors files: nothing in them is executed on opening."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.ml.classifier import Classifier
from hsi_studio.ml.label_embeddings import LabelEmbeddings

FORMAT = "hsi_studio model"
VERSION = 1
_MOST_BYTES = 4_000_000_000
_LARGEST_ID = 32_767
_MOST_TOLD = 200

Arrays = Mapping[str, NDArray[Any]]
Description = dict[str, Any]


def pack(kind: str, model: Classifier, description: Description, arrays: Arrays) -> bytes:
    """Return the content of a model file.

    Parameters
    ----------
    kind : str
        What `load_classifier` finds the builder by.
    model : Classifier
        Its classes, texts, bands and provenance are written too.
    description : dict
        Plain values of this kind.
    arrays : mapping of str to ndarray
    """
    from safetensors.numpy import save

    texts = model.embeddings
    shared = {
        "kind": kind,
        "version": VERSION,
        "method": model.method,
        "classes": [asdict(entry) for entry in model.classes],
        "bands": model.bands,
        "texts": None
        if texts is None
        else {"encoder": texts.encoder, "pooling": texts.pooling, "fingerprint": texts.fingerprint},
        "provenance": model.provenance,
    }
    own = {key: np.ascontiguousarray(value) for key, value in (*arrays.items(), *_shared_arrays(model))}
    described = json.dumps(shared | description, ensure_ascii=False)
    return save(own, {"format": FORMAT, "model": described, "sha256": _checksum(described, own)})


def _checksum(described: str, arrays: Arrays) -> str:
    """Return what tells whether anything in a file is not as it was written."""
    found = hashlib.sha256(described.encode())
    for key in sorted(arrays):
        found.update(f"{key} {arrays[key].dtype} {arrays[key].shape}".encode())
        found.update(np.ascontiguousarray(arrays[key]).view(np.uint8).data if arrays[key].size else b"")
    return found.hexdigest()


def load_classifier(path: Path) -> Classifier:
    """Read a model of any method.

    Raises
    ------
    HsiError
        When the file is absent, damaged, not a model, or of a newer version.
    """
    return _built(path.name, *_read(path))


def classifier_of(content: bytes, name: str = "the model") -> Classifier:
    """Return the model of any method that a file's content holds.

    Raises
    ------
    HsiError
        As `load_classifier`.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(content)
        size = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + size]).get("__metadata__", {})
    except (SafetensorError, ValueError) as error:
        raise HsiError(f"{name} is no model file, or is damaged ({error})", "train it again") from error
    return _built(name, metadata, arrays)


def _built(name: str, metadata: Mapping[str, str], arrays: Arrays) -> Classifier:
    description = _described(name, metadata)
    # Files of the first versions have no checksum.
    if "sha256" in metadata and metadata["sha256"] != _checksum(metadata["model"], arrays):
        raise HsiError(f"{name} is damaged (its content is not what was written)", "copy it again")
    try:
        if description["version"] > VERSION:
            raise HsiError(f"{name} was made by a newer hsi_studio", "update hsi_studio")
        _check_shared(description, arrays)
        return _BUILDERS[description.get("kind", "network")](description, arrays)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError) as error:
        said = str(error).partition("\n")[0][:_MOST_TOLD]
        raise HsiError(f"{name} is damaged ({type(error).__name__}: {said})", "copy it again") from error


def require(holds: bool, what: str) -> None:
    """Refuse a file whose parts do not fit each other.

    Raises
    ------
    ValueError
        That `what` does not fit.
    """
    if not holds:
        raise ValueError(f"{what} do not fit the rest")


def _check_shared(description: Description, arrays: Arrays) -> None:
    ids = [entry["id"] for entry in description["classes"]]
    require(len(ids) > 0 and all(0 < id <= _LARGEST_ID for id in ids), "its classes")
    waves = arrays.get("wavelengths_nm")
    require(waves is None or waves.shape == (description["bands"],), "its wavelengths")


def class_table(description: Description) -> ClassTable:
    """Return the classes that `pack` wrote."""
    return ClassTable(
        tuple(ClassEntry(**entry | {"color": tuple(entry["color"])}) for entry in description["classes"])
    )


def label_embeddings(description: Description, arrays: Arrays) -> LabelEmbeddings | None:
    """Return the texts' embeddings that `pack` wrote."""
    if description["texts"] is None:
        return None
    names = tuple(entry["name"] for entry in description["classes"])
    return LabelEmbeddings(names, arrays["texts.raw"], arrays["texts.centre"], **description["texts"])


def _network(description: Description, arrays: Arrays) -> Classifier:
    from hsi_studio.ml.checkpoint import build

    return build(description, arrays)


def _rival(description: Description, arrays: Arrays) -> Classifier:
    from hsi_studio.ml.rivals.rival import build

    return build(description, arrays)


def _instant(description: Description, arrays: Arrays) -> Classifier:
    from hsi_studio.ml.instant.model_file import build

    return build(description, arrays)


_BUILDERS: dict[str, Callable[[Description, Arrays], Classifier]] = {
    "instant": _instant,
    "network": _network,
    "rival": _rival,
}


def _shared_arrays(model: Classifier) -> list[tuple[str, NDArray[Any]]]:
    arrays: list[tuple[str, NDArray[Any]]] = []
    if model.wavelengths_nm is not None:
        arrays.append(("wavelengths_nm", model.wavelengths_nm))
    if model.embeddings is not None:
        arrays += [("texts.raw", model.embeddings.raw), ("texts.centre", model.embeddings.centre)]
    return arrays


def _read(path: Path) -> tuple[Mapping[str, str], Arrays]:
    from safetensors import SafetensorError, safe_open

    _check_file(path)
    try:
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise HsiError(
            f"{path.name} is no model file, or is damaged ({error})", "train or copy it again"
        ) from error
    return metadata, arrays


def _described(name: str, metadata: Mapping[str, str]) -> Description:
    if metadata.get("format") != FORMAT:
        raise HsiError(f"{name} holds weights of another program", "open a model made by `train`")
    try:
        description: Description = json.loads(metadata["model"])
    except (KeyError, ValueError) as error:
        raise HsiError(f"{name} is damaged ({error})", "copy it again") from error
    return description


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise HsiError(f"there is no model {path}", "check the path")
    if path.stat().st_size > _MOST_BYTES:
        raise HsiError(f"{path.name} is too large to be a model", "check the path")
    with path.open("rb") as file:
        start = file.read(8)
    is_pickle = start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05"
    # Older pickles begin with a letter, which makes no sense as the size of a header.
    if start[:2] == b"PK" or is_pickle or int.from_bytes(start, "little") > path.stat().st_size:
        raise HsiError(
            f"{path.name} is no safetensors file, but perhaps one of pickled objects, which could run any "
            "program",
            "use a model made by `train`",
        )
