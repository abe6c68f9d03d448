"""Fits both transformers to what an encoder sees. A run is saved every few minutes, and goes on from there."""
from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from network.encoder import Encoder
from network.model import Network

from .checkpoint import load, rate, record, save
from .side_by_side import average, number

SAVED_S, RECORDED = 420, 50
"""A run is saved after so long, and its losses are written down after so many steps."""
KEPT = 0.998
"""Of the mean of the weights, with every step (Polyak and Juditsky 1992); of that of a short run less, or it would be where it began."""


def optimisers_of(network: Network, peak: float) -> tuple[list[Tensor], list[torch.optim.Optimizer]]:
    """All that is learned here, and who moves it: the matrices of the stacks by Muon (Jordan et al. 2024), at steps as
    large as AdamW's, the rest by AdamW."""
    learned = {n: p for n, p in network.named_parameters() if not n.startswith("encoder.")}
    matrices = {n: p for n, p in learned.items() if ".layers." in n and p.ndim == 2}
    return list(learned.values()), [
        torch.optim.Muon(matrices.values(), lr=peak, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW([p for n, p in learned.items() if n not in matrices], lr=peak, weight_decay=0.02, betas=(0.9, 0.98)),
    ]


def descend(terms: dict[str, Tensor], learned: list[Tensor], optimisers: list[torch.optim.Optimizer], step_rate: float) -> None:
    """One step down the sum of the losses."""
    for optimiser in optimisers:
        optimiser.param_groups[0]["lr"] = step_rate
        optimiser.zero_grad()
    sum(terms.values()).backward()
    average(learned)
    torch.nn.utils.clip_grad_norm_(learned, 1.0)
    for optimiser in optimisers:
        optimiser.step()


def running_mean(network: Network) -> AveragedModel:
    """The mean of the weights of the last tenth of the steps, of a few hundred at most, to be updated after each: what a run is worth."""

    def towards(mean: list[Tensor], now: list[Tensor], steps: Tensor) -> None:
        torch._foreach_lerp_(mean, now, 1 - min(KEPT, (1 + int(steps)) / (10 + int(steps))))

    return AveragedModel(network, multi_avg_fn=towards)


def fit(network: Network, encoder: Encoder, folder: Path, steps: int, peak: float, draw: Callable[[np.random.Generator], Any],
        loss: Callable[[Network, Any], dict[str, Tensor]], fresh: Callable[[], None] = lambda: None,
        held_out: Callable[[Network], dict[str, float]] = lambda network: {}, **kept: Any) -> None:
    """Runs to `steps`, from the folder's last save if there is one, else from what `fresh` makes of the network.

    draw: the next batch, drawn beside the step; held_out: figures of the mean network to write down whenever a run is
    saved; kept: what else is saved with it.
    """
    learned, optimisers = optimisers_of(network, peak)
    step = 0
    if state := load(folder / "last.pt"):
        network.load_state_dict(state["learning"])
        for optimiser, kept_state in zip(optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept_state)
        step = state["step"]
        print(f"resumed at step {step}", flush=True)
    else:
        fresh()
    network.encoder.load_state_dict(encoder.state_dict())
    mean = running_mean(network)
    if state:
        mean.module.load_state_dict(state["network"])
        mean.n_averaged.fill_(step)
    mine = number()
    torch.manual_seed(mine)
    rng = np.random.default_rng([step, mine])
    began = saved = time.time()
    running: dict[str, float] = {}
    ahead = ThreadPoolExecutor(1)
    upcoming = ahead.submit(draw, rng)
    while step < steps:
        batch = upcoming.result()
        upcoming = ahead.submit(draw, rng)
        terms = loss(network, batch)
        descend(terms, learned, optimisers, rate(step, steps, peak))
        mean.update_parameters(network)
        step += 1
        if mine:
            continue   # the first one writes for all
        for k, v in terms.items():
            running[k] = 0.98 * running.get(k, v.item()) + 0.02 * v.item()
        if step % RECORDED == 0:
            record(folder, step, time.time() - began, **running)
        if time.time() - saved > SAVED_S or step >= steps:
            saved = time.time()
            if figures := held_out(mean.module):
                record(folder, step, time.time() - began, **figures)
            save(folder / "last.pt", network=mean.module.state_dict(), learning=network.state_dict(), optimisers=[o.state_dict() for o in optimisers], step=step, **kept)
