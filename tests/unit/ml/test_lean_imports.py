"""What is left out when transformers is loaded, each time in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

_READ = """
import sys
from hsi_studio.core.descriptions import ClassText
from hsi_studio.ml.encoders import HuggingFaceEncoder
print(HuggingFaceEncoder(sys.argv[1]).encode([ClassText("soil", "Dry soil is bright.")]).vectors.tolist())
"""
_UNUSED = (
    "print([name for name in ('torch._dynamo', 'scipy', 'torch.distributed.tensor') if name in sys.modules])"
)
_LATER = """
import torch, scipy.optimize
assert torch.distributed.is_available() == available
assert torch.compile(lambda x: x + 1, backend="eager")(torch.ones(1)).tolist() == [2.0]
assert torch.compiler.disable is disable
from transformers.masking_utils import TransformGetItemToIndex
with TransformGetItemToIndex():
    print(torch.arange(3)[torch.tensor(1)].item())
"""
_BEFORE = "import torch; available, disable = torch.distributed.is_available(), torch.compiler.disable\n"


def _run(code: str, *arguments: str) -> list[str]:
    found = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return found.stdout.splitlines()


@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_roberta"])
def test_reading_a_text_loads_no_compiler_and_no_scipy(kind: str, request: pytest.FixtureRequest) -> None:
    assert _run(_READ + _UNUSED, str(request.getfixturevalue(kind)))[-1] == "[]"


def test_vectors_are_those_of_everything_loaded(tiny_bert: Path) -> None:
    everything = "import torch._dynamo, scipy, torch.distributed.tensor\n"
    assert _run(_READ, str(tiny_bert)) == _run(everything + _READ, str(tiny_bert))


def test_what_was_left_out_works_when_it_is_used_later(tiny_bert: Path) -> None:
    assert _run(_BEFORE + _READ + _LATER, str(tiny_bert))[-1] == "1"


def test_training_loads_no_compiler() -> None:
    code = """
import sys, torch
from hsi_studio.ml.presets import Schedule
from hsi_studio.ml.descent import Plan, descend
weight = torch.nn.Linear(2, 1)
def step():
    loss = weight(torch.ones(1, 2)).square().sum()
    return loss, loss.detach()
plan = Plan(1, weight, Schedule(epochs=1, batch=1, rate=0.01, decay=0), 3, step, None)
losses = [one.loss for one in descend(plan, [])]
print(losses[2] < losses[0], "torch._dynamo" in sys.modules)
"""
    assert _run(code) == ["True False"]
