"""Both fits of `stages.express`: they follow the clock, take what has been rendered as it comes, and keep what they come to."""
from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from network.config import Config
from network.encoder import Encoder
from network.model import Network

from . import encoder as seeing
from .arrivals import Arrivals
from .checkpoint import mixed_precision, rate, record, save
from .express_draws import PLAYED, both_sides, joined, look_at, tell_of
from .fit import descend, optimisers_of, running_mean
from .pool import Pool
from .reasoner import measure, terms_of
from .rendering import CHUNK, Chunk

FRAMES = 512
"""Of a step of the encoder."""
ENCODER_RATE, REASONER_RATE = 2e-3, 1e-3
MEASURED_BATCHES = 6
RECORDED_S, SAVED_S = 5.0, 45.0
PLACES = 100_000
"""Of the schedule of rates."""


@dataclass
class Clock:
    """Seconds since the start, and the learning rate of a part of them."""
    began: float = field(default_factory=time.time)

    @property
    def now(self) -> float:
        return time.time() - self.began

    def rate(self, since: float, until: float, peak: float) -> float:
        done = min(1.0, max(0.0, (self.now - since) / (until - since)))
        return rate(round(done * PLACES), PLACES, peak, PLACES // 50)


class Curve:
    """Running means of the losses, written down every few seconds."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock, self.told = folder, clock, clock.now
        self.step, self.means = 0, dict[str, Tensor]()

    def add(self, terms: dict[str, Tensor], clips: int) -> None:
        self.step += 1
        self.means = {k: 0.98 * self.means.get(k, v.detach()) + 0.02 * v.detach() for k, v in terms.items()}
        if self.clock.now - self.told > RECORDED_S:
            self.told = self.clock.now
            self.write(clips=clips, **{k: v.item() for k, v in self.means.items()})

    def write(self, **values: float) -> None:
        record(self.folder, self.step, self.clock.now, **values)


def fit_encoder(config: Config, encoder: Encoder, pool: Pool, arrivals: Arrivals, clock: Clock, until: float, folder: Path) -> None:
    learned = list(encoder.parameters())
    optimiser = torch.optim.AdamW(learned, lr=ENCODER_RATE, weight_decay=0.02)
    rng, since, curve = np.random.default_rng(0), clock.now, Curve(folder, clock)
    encoder.train()
    while clock.now < until:
        for chunk in arrivals.take():
            pool.add(chunk)
        x, labels = look_at(config, pool, rng)
        for part in torch.randperm(len(x), device=pool.device).split(FRAMES):
            with mixed_precision(pool.device.type):
                cells = encoder.cells(encoder(x[part].contiguous(memory_format=torch.channels_last)))
            terms = seeing.losses({k: v.float() for k, v in cells.items()}, {k: v[part] for k, v in labels.items()})
            descend(terms, learned, [optimiser], clock.rate(since, until, ENCODER_RATE))
            curve.add(terms, pool.added)
    encoder.eval()
    save(folder / "last.pt", encoder=encoder.state_dict(), step=curve.step)


def fit_reasoner(config: Config, network: Network, encoder: Encoder, pool: Pool, held_out: Pool, arrivals: Arrivals, clock: Clock, until: float,
                 folder: Path, words: list[str], recent: deque[Chunk]) -> Network:
    """Returns the running mean, what the run is worth. recent: takes the chunks that came last, as they were rendered."""
    learned, optimisers = optimisers_of(network, REASONER_RATE)
    rng, since, saved, curve = np.random.default_rng(0), clock.now, clock.now, Curve(folder, clock)
    network.train()
    mean = running_mean(network)
    while True:
        over = clock.now >= until
        if over or clock.now - saved > SAVED_S:
            curve.write(clips=pool.added, **measure(mean.module, lambda rng: tell_of(config, held_out, rng), MEASURED_BATCHES))
            save(folder / "last.pt", network=mean.module.state_dict(), step=curve.step, words=words)
            saved = clock.now
        if over:
            return mean.module
        if chunks := arrivals.take(PLAYED // CHUNK):
            recent.extend(chunks)
            for side in both_sides(config, encoder, joined(chunks, pool.device)):
                pool.add(side)
        terms = terms_of(network, tell_of(config, pool, rng))
        descend(terms, learned, optimisers, clock.rate(since, until, REASONER_RATE))
        mean.update_parameters(network)
        curve.add(terms, pool.added)
