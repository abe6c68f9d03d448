"""Processes that learn side by side, each from batches of its own: `torchrun --nproc-per-node 2 -m stages.reasoner`.

On processors that is faster than one process with as many threads. A process alone has nobody to wait for.
"""
from __future__ import annotations

import os
from collections.abc import Iterable

import torch
from torch import Tensor, distributed


def join() -> int:
    """Meets the others, if there are any. Returns this process's number."""
    if "RANK" in os.environ and not distributed.is_initialized():
        distributed.init_process_group("gloo")
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // distributed.get_world_size()))
    return number()


def number() -> int:
    return distributed.get_rank() if distributed.is_initialized() else 0


def average(parameters: Iterable[Tensor]) -> None:
    """Makes every gradient the mean of all processes'."""
    if not distributed.is_initialized():
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    joined = torch.cat([g.flatten() for g in gradients])
    distributed.all_reduce(joined)
    joined /= distributed.get_world_size()
    for gradient, part in zip(gradients, joined.split([g.numel() for g in gradients])):
        gradient.copy_(part.view_as(gradient))
