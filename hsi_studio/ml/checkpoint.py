"""What a network's model file holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from hsi_studio.ml.heads import Head, SoftmaxHead, TextHead
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.model import Model
from hsi_studio.ml.model_file import Arrays, Description, class_table, label_embeddings, pack, require
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.s3fn import Architecture, Backbone


def model_bytes(model: Model) -> bytes:
    """Return a model as the content of a safetensors file."""
    own = model.preprocessor
    tensors = {f"backbone.{key}": value for key, value in model.backbone.state_dict().items()}
    tensors |= {f"head.{key}": value for key, value in model.head.state_dict().items()}
    arrays = {key: value.detach().cpu().numpy() for key, value in tensors.items()}
    arrays |= {
        "preprocess.bands": own.bands,
        "preprocess.mean": own.mean,
        "preprocess.weights": own.weights,
    }
    if own.offset is not None:
        arrays["preprocess.offset"] = own.offset
    return pack("network", model, _description(model), arrays)


def build(description: Description, arrays: Arrays) -> Model:
    """Return the model that a file describes."""
    classes = class_table(description)
    sizes = description["architecture"]
    backbone = _backbone(Architecture(**sizes | {"widths": tuple(sizes["widths"])}), arrays)
    texts = label_embeddings(description, arrays)
    head = _head(description["head"], backbone.architecture.features, texts, len(classes))
    head.load_state_dict(_part(arrays, "head."))
    preprocessor = Preprocessor(
        arrays["preprocess.bands"],
        arrays["preprocess.mean"],
        arrays["preprocess.weights"],
        **description["preprocess"],
        offset=arrays.get("preprocess.offset"),
    )
    _check(preprocessor, description["bands"], backbone.architecture.components)
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


def _backbone(architecture: Architecture, arrays: Arrays) -> Backbone:
    """Return the backbone that a file holds; no memory is taken before its sizes are known to be right."""
    held = _part(arrays, "backbone.")
    with torch.device("meta"):
        wanted = Backbone(architecture).state_dict()
    sizes = {key: value.shape for key, value in held.items()}
    require(sizes == {key: value.shape for key, value in wanted.items()}, "its layers")
    backbone = Backbone(architecture)
    backbone.load_state_dict(held)
    return backbone


def _check(own: Preprocessor, bands: int, components: int) -> None:
    used = own.bands
    fits = used.ndim == 1 and len(used) and used.min() >= 0 and used.max() < bands
    require(bool(fits) and own.mean.shape == used.shape, "its bands")
    require(own.weights.shape == (len(used), components), "its components")
    require(own.offset is None or own.offset.shape == (components,), "its components")


def _description(model: Model) -> Description:
    head = model.head
    return {
        "architecture": asdict(model.architecture),
        "preprocess": {"reduction": model.preprocessor.reduction, "source": model.preprocessor.source},
        "head": {"rectified": head.rectified, "score": head.score, "residual": head.residual is not None}
        if isinstance(head, TextHead)
        else {"hidden": None if head.hidden is None else head.hidden.out_features},
    }


def _part(arrays: Arrays, prefix: str) -> dict[str, Tensor]:
    return {
        key.removeprefix(prefix): torch.from_numpy(value)
        for key, value in arrays.items()
        if key.startswith(prefix)
    }


def _head(description: dict[str, Any], features: int, texts: LabelEmbeddings | None, classes: int) -> Head:
    if texts is None:
        return SoftmaxHead(features, classes, **description)
    return TextHead(features, texts.vectors, **description)
