"""Two-stage training: the 3D-CNN with a softmax, then the projection into text space on its features."""

from __future__ import annotations

import copy
import operator
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from hsi_studio.ml.batches import Batches, disturbed, split, turned, turned_at_random
from hsi_studio.ml.devices import mixed
from hsi_studio.ml.heads import Head, SoftmaxHead, TextHead, scores
from hsi_studio.ml.lean_imports import without_compiler
from hsi_studio.ml.presets import Options, Preset, Schedule
from hsi_studio.ml.s3fn import Backbone
from hsi_studio.ml.scene import TrainingStep

_CHECKS = 20
_PATIENCE = 6
_CHUNK = 256
_VIEWS = 8


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
class Run:
    """What both stages share."""

    preset: Preset
    options: Options
    device: str
    random: torch.Generator = field(default_factory=torch.Generator)
    results: list[StageResult] = field(default_factory=list)

    @cached_property
    def noise(self) -> torch.Generator:
        """What disturbs inputs and drops features, on the device; on a CPU the same as `random`."""
        if not self.device.startswith("cuda"):
            return self.random
        return torch.Generator(self.device).manual_seed(self.random.initial_seed())


def train_backbone(
    run: Run,
    backbone: Backbone,
    heads: list[Head],
    batches: Batches,
    validation: Batches | None,
) -> Training:
    """Learn the backbone together with the `heads`: a softmax, and the text head when trained jointly."""
    preset, schedule = run.preset, run.preset.first
    draws = batches.draw(schedule.batch, run.random)

    def step() -> tuple[Tensor, Tensor]:
        chosen = next(draws)
        images, targets = batches.images[chosen].to(run.device), batches.targets[chosen].to(run.device)
        images, targets = turned_at_random(images, targets, run.random)
        images = disturbed(images, jitter=preset.jitter, noise=preset.noise, random=run.noise)
        with mixed(run.device):
            z, wanted = batches.features(backbone, images, targets)
            z = _dropped(z, schedule.dropout, run.noise)
            logits = [scores(head, z) for head in heads]
        loss = reduce(operator.add, [_cross_entropy(one, wanted, schedule) for one in logits])
        return loss, (logits[0].argmax(1) == wanted).float().mean()

    def check() -> float:
        assert validation is not None
        z, targets = cached_features(run, backbone, validation, views=1)
        return float(functional.cross_entropy(scores(heads[0], z), targets))

    modules = nn.ModuleList([backbone, *heads])
    plan = _Plan(1, modules, schedule, schedule.steps(batches.labels), step, check if validation else None)
    yield from _descend(plan, run.results)


def train_text_head(
    run: Run,
    head: TextHead,
    features: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor] | None,
    *,
    labels: int,
) -> Training:
    """Learn the projection into text space on cached features (n, features) and targets (n,)."""
    schedule = run.preset.second
    z, targets = features
    beside = None
    if run.options.softmax_beside:
        beside = SoftmaxHead(head.given.shape[1], len(head.given)).to(run.device)
    draws = _indices(len(z), schedule.batch, run.random)

    def step() -> tuple[Tensor, Tensor]:
        chosen = next(draws).to(run.device)
        wanted = targets[chosen]
        projected = head(_dropped(z[chosen], schedule.dropout, run.noise))
        logits = head.scale() * (projected @ head.embeddings().T)
        loss = _cross_entropy(logits, wanted, schedule)
        if run.options.symmetric:
            loss = (loss + _texts_rank_pixels(logits, wanted)) / 2
        if beside is not None:
            loss = loss + _cross_entropy(scores(beside, projected), wanted, schedule)
        if head.residual is not None:
            loss = loss + head.residual.square().sum(1).mean()
        return loss, (logits.argmax(1) == wanted).float().mean()

    def check() -> float:
        assert validation is not None
        return float(functional.cross_entropy(scores(head, validation[0]), validation[1]))

    modules = nn.ModuleList([head] if beside is None else [head, beside])
    plan = _Plan(2, modules, schedule, schedule.steps(labels), step, check if validation else None)
    yield from _descend(plan, run.results)


@torch.no_grad()
def cached_features(
    run: Run, backbone: Backbone, batches: Batches, views: int = _VIEWS
) -> tuple[Tensor, Tensor]:
    """Return features (n, features) and targets (n,) of views of each image, turned and mirrored."""
    found = []
    for view in range(views):
        for chunk in split(torch.arange(len(batches.images)), _CHUNK):
            images, targets = turned(batches.images[chunk], batches.targets[chunk], view // 2, view % 2)
            found.append(batches.features(backbone, images.to(run.device), targets.to(run.device)))
    return torch.cat([z for z, _ in found]), torch.cat([targets for _, targets in found])


@dataclass(frozen=True, eq=False)
class _Plan:
    """What `_descend` needs: `step` gives loss and accuracy, `check` the validation loss."""

    stage: int
    modules: nn.Module
    schedule: Schedule
    steps: int
    step: Callable[[], tuple[Tensor, Tensor]]
    check: Callable[[], float] | None


def _descend(plan: _Plan, results: list[StageResult]) -> Training:
    """Take steps; with a check, keep the best state and stop when it has not improved for a while."""
    with without_compiler():
        yield from _steps(plan, results)


def _steps(plan: _Plan, results: list[StageResult]) -> Training:
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
    plan: _Plan,
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


def _cross_entropy(logits: Tensor, targets: Tensor, schedule: Schedule) -> Tensor:
    return functional.cross_entropy(logits.float(), targets, label_smoothing=schedule.smoothing)


def _texts_rank_pixels(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the loss of the other direction: among all pixels, a text must find its own."""
    own = functional.one_hot(targets, logits.shape[1]).T.float()
    share = own / own.sum(1, keepdim=True).clamp(min=1)
    return -(share * logits.T.log_softmax(1)).sum(1).mean()


def _dropped(z: Tensor, share: float, random: torch.Generator) -> Tensor:
    """Dropout with a generator of its own, so that a seed decides everything."""
    if not share:
        return z
    kept = torch.rand(z.shape, generator=random, device=random.device).to(z.device) >= share
    return z * kept / (1 - share)


def _indices(count: int, batch: int, random: torch.Generator) -> Iterator[Tensor]:
    while True:
        order = torch.randperm(count, generator=random)
        yield from split(order[: max(1, count // batch) * batch], batch)
