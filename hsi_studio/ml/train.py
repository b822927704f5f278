"""Two-stage training: the 3D-CNN with a softmax, then the projection into text space on its features."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce

import torch
from torch import Tensor, nn
from torch.nn import functional

from hsi_studio.ml.batches import Batches, disturbed, split, turned, turned_at_random
from hsi_studio.ml.descent import Plan, StageResult, Training, descend
from hsi_studio.ml.devices import mixed
from hsi_studio.ml.heads import Head, SoftmaxHead, TextHead, scores
from hsi_studio.ml.presets import Options, Preset, Schedule
from hsi_studio.ml.s3fn import Backbone

_CHUNK = 256
_VIEWS = 8


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
    plan = Plan(1, modules, schedule, schedule.steps(batches.labels), step, check if validation else None)
    yield from descend(plan, run.results)


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
    plan = Plan(2, modules, schedule, schedule.steps(labels), step, check if validation else None)
    yield from descend(plan, run.results)


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
