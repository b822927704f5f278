"""The instant head's part of a model file: plain arrays and numbers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant import experts as kinds
from hsi_studio.ml.instant.click_validation import Trust
from hsi_studio.ml.instant.fit import ClickLabels, InstantFit
from hsi_studio.ml.instant.linear_experts import LinearExpert
from hsi_studio.ml.instant.model import InstantModel
from hsi_studio.ml.instant.network import Network
from hsi_studio.ml.instant.spectra import SpectralStatistics
from hsi_studio.ml.instant.text_projection import TextProjection
from hsi_studio.ml.model_file import Arrays, Description, class_table, label_embeddings, pack, require

KIND = "instant"

_PLAIN = ("darkest", "floor", "source")  # of the statistics; all others are arrays


def packed(model: InstantModel) -> bytes:
    """Return the content of a model's file."""
    statistics, fit = model.statistics, model.fit
    description: Description = {
        "experts": [expert.name for expert in fit.experts],
        "statistics": {name: getattr(statistics, name) for name in _PLAIN},
        "walker": fit.smoothing,
        "rows": model.rows,
        "cols": model.labels.cols,
        "smoothing": model.smoothing,
    }
    arrays: dict[str, NDArray[Any]] = {
        f"statistics.{name}": getattr(statistics, name) for name in _array_names()
    }
    arrays |= {
        "fit.present": fit.present,
        "labels.positions": model.labels.positions,
        "labels.targets": model.labels.targets,
    }
    for name, trust in (("near", fit.near), ("far", fit.far)):
        arrays |= {f"{name}.temperatures": trust.temperatures, f"{name}.weights": trust.weights}
    for number, linear in enumerate(fit.linear):
        arrays |= {f"expert{number}.weights": linear.weights, f"expert{number}.offsets": linear.offsets}
    if model.network is not None:
        arrays["network"] = np.frombuffer(model.network.content, np.uint8)
    if model.projection is not None:
        arrays["projection"] = model.projection.into
        if model.projection.residual is not None:
            arrays["residual"] = model.projection.residual
    return pack(KIND, model, description, arrays)


def build(description: Description, arrays: Arrays) -> InstantModel:
    """Return the model that a file describes."""
    parts: dict[str, Any] = {name: arrays[f"statistics.{name}"] for name in _array_names()}
    statistics = SpectralStatistics(**parts, **description["statistics"])
    _check(statistics, description, arrays)
    known = {expert.name: expert for expert in (*kinds.ALL, kinds.NETWORK)}
    experts = tuple(known[name] for name in description["experts"])
    near, far = (Trust(arrays[f"{name}.temperatures"], arrays[f"{name}.weights"]) for name in ("near", "far"))
    linear = tuple(
        LinearExpert(arrays[f"expert{number}.weights"], arrays[f"expert{number}.offsets"])
        for number in range(len(experts))
    )
    return InstantModel(
        classes=class_table(description),
        statistics=statistics,
        fit=InstantFit(arrays["fit.present"], experts, linear, near, far, description["walker"]),
        labels=ClickLabels(arrays["labels.positions"], arrays["labels.targets"], description["cols"]),
        rows=description["rows"],
        bands=description["bands"],
        wavelengths_nm=arrays.get("wavelengths_nm"),
        projection=_projection(arrays),
        embeddings=label_embeddings(description, arrays),
        smoothing=description["smoothing"],
        network=Network(arrays["network"].tobytes()) if "network" in arrays else None,
        provenance=description["provenance"],
    )


def _check(statistics: SpectralStatistics, description: Description, arrays: Arrays) -> None:
    used = statistics.bands
    require(len(used) > 0 and used.min() >= 0 and used.max() < description["bands"], "its bands")
    require(
        all(len(used) == len(part) for part in (statistics.mean, statistics.std, statistics.axes)),
        "its bands",
    )
    classes = len(description["classes"])
    for name in ("fit.present", "labels.targets"):
        require(bool(((arrays[name] >= 0) & (arrays[name] < classes)).all()), "its classes")


def _projection(arrays: Arrays) -> TextProjection | None:
    into = arrays.get("projection")
    return None if into is None else TextProjection(into, arrays.get("residual"))


def _array_names() -> list[str]:
    names = [entry.name for entry in fields(SpectralStatistics)]
    return [name for name in names if name not in (*_PLAIN, "resampling")]
