"""The last part of `stages.express`: the encoder and the transformers learn together, from pixels to words.

Until then the encoder was told what each cell holds, frame by frame; here it also learns what of that it takes to say what
happens. It plays nothing while it learns: each frame is held against the background that stood when it was played before.
"""
from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from network.config import Config
from network.encoder import Encoder
from network.model import Network
from network.motion import look, pixels_of
from network.sequence import unpack

from . import encoder as seeing
from .arrivals import Arrivals
from .checkpoint import mixed_precision, save
from .express_draws import LABELS, PLAYED, Pieces, from_their_start, in_mirror, pieces_of
from .express_fits import Clock, Curve
from .features import watch
from .fit import descend, optimisers_of, running_mean
from .folding import as_state, folded
from .movers import LABELS as OF_MOVERS
from .movers import Movers, labelled
from .pool import Pool
from .reasoner import measure, terms_of
from .rendering import CHUNK, Chunk

RATE = 5e-4
SEEING = 0.3
"""Weight of what each cell holds: without it the foreground, which keeps the background, would drift."""
USES = 2
"""Every clip is drawn as often before others are played, if the processors render that fast: on those,
playing a clip takes some two thirds of the time that learning from as many frames does."""
MEASURED_BATCHES, MEASURED = 10, 5
"""Batches of held-out clips, and how often they are measured."""


def with_background(config: Config, encoder: Encoder, chunks: Sequence[Chunk], device: torch.device) -> Chunk:
    """Chunks as one on a device, with the background that each of its frames is held against."""
    chunk = {k: torch.cat([c[k].to(device, non_blocking=True) for c in chunks]) for k in chunks[0]}
    backgrounds = [(b * 255).round().byte().permute(0, 2, 3, 1) for _, b in watch(config, encoder, chunk["frames"])]
    return chunk | {"background": torch.stack(backgrounds, 1), "state": from_their_start(chunk["state"])}


def at_once(pool: Pool) -> int:
    """Chunks that are played at once: what that takes is several times what they come to."""
    return min(PLAYED, max(CHUNK, pool.room // 8)) // CHUNK


@dataclass
class Drawn:
    """Pieces: what the encoder is to look at [N,9,P,P], what its cells hold, and what the transformers take."""
    x: Tensor
    cells: dict[str, Tensor]
    pieces: Pieces
    classes: Tensor
    movers: Movers


def look_and_tell(config: Config, pool: Pool, rng: np.random.Generator, units: int, mirrored: bool) -> Drawn:
    """A batch for both of about so many units, from a pool of clips with their backgrounds."""
    p, per = pieces_of(config, pool, rng, units, mirrored), config.frames_per_unit
    which, start, length = p.which, p.start, p.length
    rows = (start[:, None] * per + torch.arange(-1, length * per, device=pool.device)).clamp(min=0)   # from the frame before on
    drawn = {name: pool.arrays[name][which[:, None], rows[:, 1:]] for name in LABELS}
    drawn |= {name: pool.stretch(name, which, start, length) for name in (*OF_MOVERS, "classes")}
    frames = pool.arrays["frames"][which[:, None], rows]
    backgrounds = pool.arrays["background"][which[:, None], rows[:, 1:]]
    if mirrored:
        drawn = in_mirror(config, drawn)
        frames, backgrounds = frames.flip(3), backgrounds.flip(3)
    frame, previous, background = (pixels_of(part.flatten(0, 1)) for part in (frames[:, 1:], frames[:, :-1], backgrounds))
    return Drawn(look(frame, previous, background).contiguous(memory_format=torch.channels_last),
                 {name: drawn[name].flatten(0, 1) for name in LABELS}, p,
                 drawn["classes"].float(), labelled(*(drawn[name].flatten(0, 1) for name in OF_MOVERS)))


def terms_of_both(network: Network, drawn: Drawn) -> dict[str, Tensor]:
    """The losses of the transformers on what the encoder makes of it now, and its own."""
    with mixed_precision(drawn.x.device.type):
        features = network.encoder(drawn.x)
        cells = network.encoder.cells(features)
    own = seeing.losses({k: v.float() for k, v in cells.items()}, drawn.cells)
    p = drawn.pieces
    clip, wanted = unpack(features.unflatten(0, (*p.times.shape, -1)), p.packed, p.times, p.windows)
    return terms_of(network, (clip, wanted, drawn.classes, drawn.movers)) | {f"see_{k}": SEEING * v for k, v in own.items()}


def fit_together(config: Config, network: Network, player: Encoder, pool: Pool, held_out: Pool, arrivals: Arrivals, clock: Clock, until: float,
                 folder: Path, words: list[str], units: int, peak: float) -> None:
    """player: the encoder that the pool was played through, and what comes meanwhile is; units: of a batch."""
    plays = folded(player).to(memory_format=torch.channels_last)
    network.encoder = copy.deepcopy(plays)   # norms stay what they are: pieces in a row are no fair sample of frames
    learned, optimisers = optimisers_of(network, peak)
    optimisers.append(torch.optim.AdamW(network.encoder.parameters(), lr=peak, weight_decay=0.02))
    learned += network.encoder.parameters()
    rng, since, due, looked_at, curve = np.random.default_rng(0), clock.now, 0.0, 0, Curve(folder, clock)
    frames_of_a_clip = pool.arrays["frames"].shape[1]
    network.train()
    mean = running_mean(network)
    while True:
        over = clock.now >= until
        if over or clock.now >= due:
            curve.write(clips=pool.added, **measure(mean.module, lambda rng: look_and_tell(config, held_out, rng, units, False), MEASURED_BATCHES, terms_of_both))
            keep(folder, mean.module, player, curve.step, words)
            due = clock.now + (until - since) / MEASURED
        if over:
            return
        if looked_at >= USES * pool.added * frames_of_a_clip and (chunks := arrivals.take(at_once(pool))):
            pool.add(with_background(config, plays, chunks, pool.device))
        drawn = look_and_tell(config, pool, rng, units, bool(rng.random() < 0.5))
        terms = terms_of_both(network, drawn)
        descend(terms, learned, optimisers, clock.rate(since, until, peak))
        mean.update_parameters(network)
        looked_at += len(drawn.x)
        curve.add(terms, pool.added)


def keep(folder: Path, network: Network, like: Encoder, step: int, words: list[str]) -> None:
    """Saves a network whose encoder is folded as any other."""
    seen = as_state(network.encoder, like)
    told = {k: v for k, v in network.state_dict().items() if not k.startswith("encoder.")}
    save(folder / "reasoner.pt", network=told | {f"encoder.{k}": v for k, v in seen.items()}, step=step, words=words)
    save(folder / "encoder.pt", encoder=seen, step=step)
