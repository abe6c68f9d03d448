"""What `stages.express` learns from, drawn from pools on its device: the encoder's frames, and pieces for the transformers."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from language.thoughts import CLASSES, MIRRORED
from network.config import Config
from network.encoder import COLOURS, HEADS, KINDS, Encoder
from network.model import EVENT_CLASSES, ROLES
from network.sequence import unpack
from world.labels import RESTING, STANDING

from . import encoder as seeing
from .features import in_bytes, play
from .movers import LABELS as OF_MOVERS
from .movers import labelled
from .pool import Pool
from .rendering import LENGTHS, TELLINGS, Chunk

CLIPS, WINDOW, WANTED = 256, 112, 28
"""Of a draw for the encoder: clips, frames in a row that are played of each, and those that are looked at."""
PLAYED = 256
"""Clips that are played through the encoder at once."""
UNITS = 4096
"""Of a batch for the transformers."""
SHORTEST_VISUAL_WINDOW = 12
LABELS = (*HEADS, "cover")
BOX_X, BOX_VX = 0, 4
"""Of a mover's box, what is another one in a mirror."""
MIRRORED_CLASSES = [*(CLASSES.index((verb, MIRRORED.get(place, place))) for verb, place in CLASSES),
                    *range(EVENT_CLASSES, EVENT_CLASSES + ROLES * (COLOURS + KINDS))]
"""Of what the visual tokens of a unit shall know, which is which in a mirror."""


def from_their_start(state: torch.Tensor) -> torch.Tensor:
    """States of cells, as `movers.from_its_start`. [N,T,G,G]."""
    return torch.where((state == STANDING).byte().cummin(1).values.bool(), RESTING, state)


@dataclass(frozen=True)
class Pieces:
    """Pieces of one length, drawn from a pool: of which clips, from which unit on, as they are told, their times, and how far they look back."""
    length: int
    which: torch.Tensor
    start: torch.Tensor
    packed: torch.Tensor
    times: torch.Tensor
    windows: torch.Tensor


def pieces_of(config: Config, pool: Pool, rng: np.random.Generator, units: int, mirrored: bool = False) -> Pieces:
    """About so many units at random. mirrored: as they are told in a mirror, if the pool's clips hold both."""
    length = int(rng.choice(LENGTHS))
    clips = units // length
    which = pool.some(rng, clips)
    telling = torch.from_numpy(rng.integers(TELLINGS, size=clips) + TELLINGS * mirrored).to(pool.device)
    start, clock = pool.arrays[f"begin{length}"][which, telling].long().unbind(-1)
    times = (clock[:, None] + torch.arange(length, device=pool.device)).double()
    windows = torch.from_numpy(rng.integers(SHORTEST_VISUAL_WINDOW, config.visual_window_units + 1, size=(clips, 1))).to(pool.device)
    return Pieces(length, which, start, pool.arrays[f"packed{length}"][which, telling], times, windows)


def look_at(config: Config, pool: Pool, rng: np.random.Generator) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """What `stages.encoder` draws, from a pool: the encoder's input at some frames of many clips, and their labels."""
    clips = min(CLIPS, pool.count)
    which = pool.some(rng, clips)
    start = torch.from_numpy(rng.integers(pool.arrays["frames"].shape[1] - WINDOW, size=clips)).to(pool.device)
    when = np.sort(np.stack([rng.choice(WINDOW, WANTED, replace=False) for _ in range(clips)]), 1)
    turned = torch.from_numpy(rng.random(clips) < seeing.MIRRORED).to(pool.device)

    def mirror(values: torch.Tensor, axis: int) -> torch.Tensor:
        return torch.where(turned.view(-1, *([1] * (values.ndim - 1))), values.flip(axis), values)

    frames = mirror(pool.stretch("frames", which, start, WINDOW), 3)
    cover = mirror(pool.stretch("cover", which, start, WINDOW), -1).float() / 255
    x = seeing.roll(config, frames, seeing.noisy_foreground(cover, rng), when)
    state = from_their_start(pool.stretch("state", which, start, WINDOW))
    place = torch.from_numpy(when).to(pool.device)
    row = torch.arange(clips, device=pool.device)[:, None]
    labels = {}
    for name in LABELS:
        values = state[row, place] if name == "state" else pool.arrays[name][which[:, None], start[:, None] + place]
        if name in ("velocity", "offset"):
            sign = torch.where(turned, -1, 1).to(values.dtype)
            values = torch.stack([values[:, :, 0] * sign[:, None, None, None], values[:, :, 1]], 2)
        labels[name] = mirror(values, -1).flatten(0, 1)
    return x.flatten(0, 1), labels


def joined(chunks: list[Chunk], device: torch.device) -> Chunk:
    """Chunks as one on a device, without what only the encoder learns from."""
    return {k: torch.cat([c[k].to(device, non_blocking=True) for c in chunks]) for k in chunks[0] if k not in LABELS}


def in_mirror(config: Config, labels: Chunk) -> Chunk:
    """Labels of frames and units as they are in a mirror; whatever there is of them, [N,T,...]."""
    turned = {name: labels[name].flip(-1) for name in LABELS if name in labels}
    for name in turned.keys() & {"velocity", "offset"}:
        turned[name][:, :, 0] = -turned[name][:, :, 0]
    box = labels["box"].clone()
    box[..., BOX_X] = 1 - box[..., BOX_X]
    box[..., BOX_VX] = -box[..., BOX_VX]
    whose = labels["whose"].unflatten(-1, (-1, config.grid)).flip(-1).flatten(2)
    return labels | turned | {"box": box, "whose": whose, "classes": labels["classes"][..., MIRRORED_CLASSES]}


def one_side(config: Config, chunk: Chunk, mirrored: bool) -> Chunk:
    """A joined chunk as it is, or as it is in a mirror."""
    told = slice(TELLINGS, None) if mirrored else slice(TELLINGS)
    side = {k: v[:, told] if k.startswith(("begin", "packed")) else v for k, v in chunk.items()}
    return in_mirror(config, side) | {"frames": side["frames"].flip(3)} if mirrored else side


def played(config: Config, encoder: Encoder, side: Chunk) -> Chunk:
    """One side of a chunk, with what the encoder makes of its frames instead of the frames."""
    parts = zip(*(in_bytes(play(config, encoder, part)) for part in side["frames"].split(PLAYED)))
    features, scale = (torch.cat(part) for part in parts)
    return {"features": features.unflatten(1, (-1, config.frames_per_unit)), "scale": scale} | {k: v for k, v in side.items() if k != "frames"}


def both_sides(config: Config, encoder: Encoder, chunk: Chunk) -> Iterator[Chunk]:
    """A joined chunk, played as it is and as it is in a mirror: two for the price of rendering one."""
    return (played(config, encoder, one_side(config, chunk, mirrored)) for mirrored in (False, True))


def tell_of(config: Config, pool: Pool, rng: np.random.Generator) -> tuple:
    """A batch for the transformers: pieces of one length from a pool."""
    p = pieces_of(config, pool, rng, UNITS)
    scale = pool.arrays["scale"][p.which][:, None, None, :, None, None]
    features = (pool.stretch("features", p.which, p.start, p.length) * scale).bfloat16()
    clip, wanted = unpack(features, p.packed, p.times, p.windows)
    movers = [pool.stretch(name, p.which, p.start, p.length).flatten(0, 1) for name in OF_MOVERS]
    return clip, wanted, pool.stretch("classes", p.which, p.start, p.length).float(), labelled(*movers)
