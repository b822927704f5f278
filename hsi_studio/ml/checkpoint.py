"""Models as single safetensors files: nothing in them is executed on opening."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.ml.heads import Head, SoftmaxHead, TextHead
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.model import Model
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.s3fn import Architecture, Backbone

FORMAT = "hsi_studio model"
VERSION = 1
_MOST_BYTES = 4_000_000_000


def model_bytes(model: Model) -> bytes:
    """Return a model as the content of a safetensors file."""
    from safetensors.torch import save

    tensors = {f"backbone.{key}": value for key, value in model.backbone.state_dict().items()}
    tensors |= {f"head.{key}": value for key, value in model.head.state_dict().items()}
    tensors |= {key: torch.from_numpy(np.array(value)) for key, value in _arrays(model).items()}
    contiguous = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    return save(contiguous, {"format": FORMAT, "model": json.dumps(_description(model), ensure_ascii=False)})


def load_model(path: Path) -> Model:
    """Read a model.

    Raises
    ------
    HsiError
        When the file is absent, damaged, not a model, or of a newer version.
    """
    from safetensors import SafetensorError, safe_open

    _check_file(path)
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise HsiError(
            f"{path.name} is no model file, or is damaged ({error})", "train or copy it again"
        ) from error
    if metadata.get("format") != FORMAT:
        raise HsiError(f"{path.name} holds weights of another program", "open a model made by `train`")
    try:
        return _build(json.loads(metadata["model"]), tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise HsiError(
            f"{path.name} is damaged ({type(error).__name__}: {error})", "copy it again"
        ) from error


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


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    own = model.preprocessor
    arrays: dict[str, NDArray[Any]] = {
        "preprocess.bands": own.bands,
        "preprocess.mean": own.mean,
        "preprocess.weights": own.weights,
    }
    if model.wavelengths_nm is not None:
        arrays["wavelengths_nm"] = model.wavelengths_nm
    if model.embeddings is not None:
        arrays |= {"texts.raw": model.embeddings.raw, "texts.centre": model.embeddings.centre}
    return arrays


def _description(model: Model) -> dict[str, Any]:
    head = model.head
    text = model.embeddings
    return {
        "version": VERSION,
        "method": model.method,
        "classes": [asdict(entry) for entry in model.classes],
        "architecture": asdict(model.architecture),
        "preprocess": {"reduction": model.preprocessor.reduction, "source": model.preprocessor.source},
        "bands": model.bands,
        "head": {"rectified": head.rectified, "score": head.score, "residual": head.residual is not None}
        if isinstance(head, TextHead)
        else {"hidden": None if head.hidden is None else head.hidden.out_features},
        "texts": None
        if text is None
        else {"encoder": text.encoder, "pooling": text.pooling, "fingerprint": text.fingerprint},
        "provenance": model.provenance,
    }


def _build(description: dict[str, Any], tensors: dict[str, Tensor]) -> Model:
    if description["version"] > VERSION:
        raise HsiError("the model was made by a newer hsi_studio", "update hsi_studio")
    arrays = {
        key: value.numpy() for key, value in tensors.items() if not key.startswith(("backbone.", "head."))
    }
    classes = ClassTable(
        tuple(ClassEntry(**entry | {"color": tuple(entry["color"])}) for entry in description["classes"])
    )
    sizes = description["architecture"]
    backbone = Backbone(Architecture(**sizes | {"widths": tuple(sizes["widths"])}))
    backbone.load_state_dict(_part(tensors, "backbone."))
    texts = _texts(description["texts"], arrays, classes)
    head = _head(description["head"], backbone.architecture.features, texts, len(classes))
    head.load_state_dict(_part(tensors, "head."))
    preprocessor = Preprocessor(
        arrays["preprocess.bands"],
        arrays["preprocess.mean"],
        arrays["preprocess.weights"],
        **description["preprocess"],
    )
    return Model(
        method=description["method"],
        classes=classes,
        preprocessor=preprocessor,
        backbone=backbone.eval(),
        head=head.eval(),
        bands=description["bands"],
        wavelengths_nm=arrays.get("wavelengths_nm"),
        embeddings=texts,
        provenance=description["provenance"],
    )


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _texts(
    description: dict[str, Any] | None, arrays: dict[str, NDArray[Any]], classes: ClassTable
) -> LabelEmbeddings | None:
    if description is None:
        return None
    names = tuple(entry.name for entry in classes)
    return LabelEmbeddings(names, arrays["texts.raw"], arrays["texts.centre"], **description)


def _head(description: dict[str, Any], features: int, texts: LabelEmbeddings | None, classes: int) -> Head:
    if texts is None:
        return SoftmaxHead(features, classes, **description)
    return TextHead(features, texts.vectors, **description)
