"""Kernels of a small network, recorded and replayed: on a GPU, starting them takes longer than they run."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor, nn

log = logging.getLogger(__name__)


def recorded(network: nn.Module, example: Tensor) -> Callable[[Tensor], Tensor]:
    """Return a network, in half precision, for inputs of the shape of `example` alone; gradients as usual.

    The network itself stays as it is. Where recording fails, such as for lack of memory, or on a CPU, the
    network is returned.
    """
    if not example.is_cuda:
        return network
    try:
        with torch.autocast("cuda", torch.bfloat16, cache_enabled=False):
            torch.cuda.make_graphed_callables(network, (example,))
    except RuntimeError as error:
        log.info("The network's kernels are not recorded: %s", error)
        return network
    replay: Callable[[Tensor], Tensor] = network.__dict__.pop("forward")
    return replay
