"""Heads that tell more than they did: what each output was, it stays."""
from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from network.encoder import HEADS
from network.model import EVENT_CLASSES, ROLES
from network.resampler import BOX

UNLIKELY = -4.0
"""Logit of what a head did not know, until it is learned."""


def sections(colours: int, kinds: int) -> dict[str, list[int]]:
    """Of each head that tells colours and kinds, how many outputs stand for what."""
    return {"encoder.heads": list((HEADS | {"colour": colours, "kind": kinds}).values()), "seen_mover.1": [BOX, colours, kinds],
            "seen_events": [EVENT_CLASSES, *[colours] * ROLES, *[kinds] * ROLES]}


def spread(rows: Tensor, before: Sequence[int], now: Sequence[int], rest: float) -> Tensor:
    """Rows of a head by section, with what is new at the end of each."""
    out = torch.full((sum(now), *rows.shape[1:]), rest)
    for part, place, fresh in zip(rows.split(list(before)), torch.arange(sum(now)).split(list(now)), now, strict=True):
        out[place[:min(len(part), fresh)]] = part[:fresh]
    return out


def widened(state: dict[str, Tensor], before: tuple[int, int], now: tuple[int, int]) -> dict[str, Tensor]:
    """The state of a network that knew so many colours and kinds, for one that knows more."""
    old, new = sections(*before), sections(*now)
    return {name: spread(value, old[head], new[head], UNLIKELY if name.endswith(".bias") else 0.0)
            if (head := name.rsplit(".", 1)[0]) in old and len(value) == sum(old[head]) else value for name, value in state.items()}
