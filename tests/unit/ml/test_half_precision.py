"""Half precision, as on CUDA, gives the same map; here the CPU computes in bfloat16 as a stand-in."""

from contextlib import AbstractContextManager

import numpy as np
import pytest
import torch

from hsi_studio.core.window import Window
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.ml import model as model_module
from hsi_studio.ml.classifier import Prediction
from hsi_studio.ml.devices import mixed
from hsi_studio.ml.mapping import demo_model
from hsi_studio.ml.model_file import load_classifier

WINDOW = Window(60, 40, 40, 40)


def test_the_demo_models_map_is_the_same_in_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    cube, _ = open_demo()
    model = load_classifier(demo_model()).fitted_to(cube)

    def predicted() -> Prediction:
        (part,) = model.predict(cube, side=40, window=WINDOW)
        return part

    asked = []

    def half(device: str) -> AbstractContextManager[object]:
        asked.append(device)
        return torch.autocast("cpu", torch.bfloat16)

    single = predicted()
    monkeypatch.setattr(model_module, "mixed", half)
    found = predicted()
    assert asked == ["cpu"]
    # Over the whole scene 99.91 % are equal; these 1600 pixels lie on borders of fields.
    other = found.positions != single.positions
    assert other.mean() < 0.003
    assert (single.confidence[other] < 0.6).all()
    assert found.confidence.dtype == np.float32
    difference = np.abs(found.confidence - single.confidence)
    assert 0 < difference.max() < 0.02


def test_only_cuda_computes_in_half_precision() -> None:
    with mixed("cpu"), torch.inference_mode():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
        assert not torch.is_autocast_enabled("cpu")


def test_cuda_asks_for_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(torch, "autocast", lambda *args: seen.append(args))
    mixed("cuda:1")
    assert seen == [("cuda", torch.bfloat16)]
