"""Models as single safetensors files: nothing in them is executed on opening."""

from __future__ import annotations

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
    return save(own, {"format": FORMAT, "model": described})


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
    return _built(name, _described(name, metadata), arrays)


def _built(name: str, description: Description, arrays: Arrays) -> Classifier:
    try:
        if description["version"] > VERSION:
            raise HsiError(f"{name} was made by a newer hsi_studio", "update hsi_studio")
        return _BUILDERS[description.get("kind", "network")](description, arrays)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise HsiError(f"{name} is damaged ({type(error).__name__}: {error})", "copy it again") from error


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


def _read(path: Path) -> tuple[Description, Arrays]:
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
    return _described(path.name, metadata), arrays


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
        start = file.read(2)
    if start in (b"PK", b"\x80\x02", b"\x80\x04", b"\x80\x05"):
        raise HsiError(
            f"{path.name} holds pickled objects, which could run any program", "use a safetensors model"
        )
