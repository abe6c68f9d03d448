"""Heads that tell more than they did: what each output was, it stays."""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from network.encoder import HEADS
from network.model import ROLES
from network.resampler import BOX

UNLIKELY = -4.0
"""Logit of what a head did not know, until it is learned."""


class Known(NamedTuple):
    """How many of each a network tells apart."""
    states: int
    events: int
    colours: int
    kinds: int


def sections(known: Known) -> dict[str, list[int]]:
    """Of each head that tells these, how many outputs stand for what."""
    cells = HEADS | {"state": known.states, "colour": known.colours, "kind": known.kinds}
    return {"encoder.heads": list(cells.values()), "seen_mover.1": [BOX, known.colours, known.kinds],
            "seen_events": [known.events, *[known.colours] * ROLES, *[known.kinds] * ROLES]}


def spread(rows: Tensor, before: Sequence[int], now: Sequence[int], rest: float) -> Tensor:
    """Rows of a head by section, with what is new at the end of each."""
    out = torch.full((sum(now), *rows.shape[1:]), rest)
    for part, place, fresh in zip(rows.split(list(before)), torch.arange(sum(now)).split(list(now)), now, strict=True):
        out[place[:min(len(part), fresh)]] = part[:fresh]
    return out


def widened(state: dict[str, Tensor], before: Known, now: Known) -> dict[str, Tensor]:
    """The state of a network that told so many apart, for one that tells more."""
    old, new = sections(before), sections(now)
    return {name: spread(value, old[head], new[head], UNLIKELY if name.endswith(".bias") else 0.0)
            if (head := name.rsplit(".", 1)[0]) in old and len(value) == sum(old[head]) else value for name, value in state.items()}
