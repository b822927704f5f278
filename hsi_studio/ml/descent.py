"""Gradient descent that reports every step, can be stopped at each, and stops early by itself."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from hsi_studio.ml.lean_imports import without_compiler
from hsi_studio.ml.presets import Schedule
from hsi_studio.ml.scene import TrainingStep

_CHECKS = 20
_PATIENCE = 6

Training = Generator[TrainingStep, bool | None, None]


@dataclass
class StageResult:
    """How a stage went, filled while it runs."""

    stage: int
    steps: int = 0
    seconds: float = 0.0
    loss: float = float("nan")
    accuracy: float = float("nan")
    stopped_early: bool = False
    validation: float | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """What `descend` needs: `step` gives loss and accuracy, `check` the validation loss."""

    stage: int
    modules: nn.Module
    schedule: Schedule
    steps: int
    step: Callable[[], tuple[Tensor, Tensor]]
    check: Callable[[], float] | None


def descend(plan: Plan, results: list[StageResult]) -> Training:
    """Take steps; with a check, keep the best state and stop when it has not improved for a while."""
    with without_compiler():
        yield from _steps(plan, results)


def _steps(plan: Plan, results: list[StageResult]) -> Training:
    started, result, best = time.perf_counter(), StageResult(plan.stage), _Best(plan.modules)
    results.append(result)
    optimizer, rates = _optimizer(plan)
    plan.modules.train()
    for done in range(1, plan.steps + 1):
        loss, accuracy = plan.step()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if rates is not None:
            rates.step()
        measured = None
        if plan.check is not None and (done % max(1, plan.steps // _CHECKS) == 0 or done == plan.steps):
            with torch.no_grad():
                measured = best.update(plan.check())
        result.steps = done
        result.loss, result.accuracy = torch.stack((loss.detach(), accuracy)).tolist()
        result.seconds = time.perf_counter() - started
        step = TrainingStep(plan.stage, done, plan.steps, result.loss, result.accuracy, measured)
        enough = yield step
        if enough or best.waited >= _PATIENCE:
            result.stopped_early = True
            break
    result.validation = best.restore()
    plan.modules.eval()


class _Best:
    """The state of a module with the smallest validation loss so far."""

    def __init__(self, modules: nn.Module) -> None:
        self._modules = modules
        self._loss: float | None = None
        self._state: dict[str, Any] = {}
        self.waited = 0

    def update(self, loss: float) -> float:
        """Take note of a measurement and return it."""
        self.waited += 1
        if self._loss is None or loss < self._loss:
            self._loss, self.waited = loss, 0
            self._state = copy.deepcopy(self._modules.state_dict())
        return loss

    def restore(self) -> float | None:
        """Bring the best state back; None when nothing was measured."""
        if self._loss is not None:
            self._modules.load_state_dict(self._state)
        return self._loss


def _optimizer(
    plan: Plan,
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.OneCycleLR | None]:
    schedule = plan.schedule
    learned = [parameter for parameter in plan.modules.parameters() if parameter.requires_grad]
    if not schedule.one_cycle:
        return torch.optim.Adam(learned, schedule.rate, weight_decay=schedule.decay), None
    optimizer = torch.optim.AdamW(
        learned, schedule.rate, weight_decay=schedule.decay, fused=learned[0].is_cuda or None
    )
    # One step more than is taken: the scheduler counts its own construction as one.
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, schedule.rate, total_steps=plan.steps + 1, pct_start=0.2
    )
    return optimizer, cycle
