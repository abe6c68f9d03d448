"""Who is there in each unit, by the labels of its cells; and what the tokens lose by not holding them apart."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from network.config import Config
from network.encoder import COLOURS
from network.resampler import BOX
from world.colours import KINDS
from world.labels import MOVING, RESTING, STANDING

from .shards import Shard

MOST = 8
"""Movers of a unit; more are not looked at."""
NEAR, FASTEST = 0.35, 2.0
"""How far (frame widths) the same mover may be between two frames; and frame widths a second, more is told as that."""
SCALE = 5.0
WEIGHTS = {"apart": 0.1, "whole": 0.03, "box": 0.05, "colour": 0.03, "kind": 0.03}


def from_its_start(state: np.ndarray) -> np.ndarray:
    """The states of cells for who sees a stretch of a clip only: what stands from its first frame on has always been there. [T,G,G]."""
    return np.where(np.logical_and.accumulate(state == STANDING, 0), RESTING, state)


@dataclass
class Movers:
    """cells [N,M,F*G*G]: which are whose; box [N,M,6]: centre, size and velocity, in frame widths and heights (a second);
    colour, kind [N,M]; there [N,M]: whether there are as many."""
    cells: Tensor
    box: Tensor
    colour: Tensor
    kind: Tensor
    there: Tensor

    @staticmethod
    def join(parts: list[Movers]) -> Movers:
        return Movers(*(torch.cat([getattr(p, name) for p in parts]) for name in Movers.__dataclass_fields__))


@dataclass(eq=False)
class Seen:
    """A mover of a unit, and its cells by frame."""
    box: np.ndarray
    colour: int
    kind: int
    moves: bool
    cells: dict[int, np.ndarray] = field(default_factory=dict)

    def like(self, other: Seen) -> bool:
        return (self.colour, self.kind) == (other.colour, other.kind) and np.abs(self.box[:2] - other.box[:2]).max() < NEAR

    def far(self, other: Seen) -> float:
        return float(np.abs(self.box[:2] - other.box[:2]).sum())


class Frames:
    """The labels of a clip's frames, looked at mover by mover: cells whose mover has its centre at one place are of one."""

    def __init__(self, config: Config, cells: dict[str, np.ndarray]) -> None:
        self.present, self.moving = cells["state"] > 0, cells["state"] == MOVING
        offset, self.size, self.velocity = (cells[k].astype(np.float32) for k in ("offset", "size", "velocity"))
        self.colour, self.kind = cells["colour"], cells["kind"]
        middle = (np.arange(config.grid) + 0.5) / config.grid
        self.centre = offset + np.stack(np.broadcast_arrays(middle[None, :], middle[:, None]))
        across, down = np.moveaxis(np.round(self.centre * 50).astype(np.int64), 1, 0)
        self.whose = across * 1000 + down

    def movers(self, t: int) -> Iterator[tuple[Seen, np.ndarray]]:
        """Those of a frame, each with its cells [G*G]."""
        for whose in np.unique(self.whose[t][self.present[t]]):
            mine = self.present[t] & (self.whose[t] == whose)
            at = (..., *np.argwhere(mine)[0])
            box = np.concatenate([self.centre[t][:, mine].mean(1), self.size[t][at], self.velocity[t][at]])
            yield Seen(box, int(self.colour[t][at]), int(self.kind[t][at]), bool(self.moving[t][at])), mine.flatten()

    def count(self, t: int) -> np.ndarray:
        """How many of each kind are there in a frame. [kinds]."""
        return np.bincount([one.kind for one, _ in self.movers(t)], minlength=len(KINDS))


def of_unit(frames: Frames, times: range) -> list[Seen]:
    """Who is there in a unit's last frame, then who was so in one before only; who moves before who stands."""
    found: list[Seen] = []
    for t in reversed(times):
        later = list(found)
        for one, cells in frames.movers(t):
            if same := [s for s in later if s.like(one)]:
                one = min(same, key=one.far)
                later.remove(one)
            else:
                found.append(one)
            one.cells[t - times.start] = cells
    return sorted(found, key=lambda one: not one.moves)[:MOST]


LABELS = ("whose", "box", "mover_colour", "mover_kind", "there")
"""Of all units of a clip: which mover's each cell is or -1 [U,F*G*G], then what and whether each is [U,M,...]."""


def of_units(config: Config, cells: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The labels of all units of a clip by those of its frames."""
    per = config.frames_per_unit
    frames = Frames(config, cells)
    units = len(frames.present) // per
    whose = np.full((units, per, config.grid**2), -1, np.int8)
    box = np.zeros((units, MOST, BOX), np.float32)
    colour, kind = np.zeros((2, units, MOST), np.int8)
    there = np.zeros((units, MOST), bool)
    for unit in np.flatnonzero(frames.present[:units * per].reshape(units, -1).any(1)):
        for i, one in enumerate(of_unit(frames, range(unit * per, (unit + 1) * per))):
            there[unit, i], box[unit, i], colour[unit, i], kind[unit, i] = True, one.box, one.colour, one.kind
            for frame, mine in one.cells.items():
                whose[unit, frame, mine] = i
    box[..., 4:] = box[..., 4:].clip(-FASTEST, FASTEST) / FASTEST
    return dict(zip(LABELS, (whose.reshape(units, -1), box, colour, kind, there)))


def labelled(whose: Tensor, box: Tensor, colour: Tensor, kind: Tensor, there: Tensor) -> Movers:
    """From the labels of units in a row."""
    cells = (whose[:, None] == torch.arange(MOST, device=whose.device)[:, None]).float()
    return Movers(cells, box, colour.long(), kind.long(), there)


def movers_of(shard: Shard, clip: int, start: int, units: int) -> Movers:
    """Of units in a row of a clip that has been played."""
    return labelled(*(torch.from_numpy(np.array(shard.array(name)[clip, start:start + units])) for name in LABELS))


def mover_losses(shares: Tensor, said: Tensor, movers: Movers) -> dict[str, Tensor]:
    """Whose cells go to which tokens, and what those tokens say of them.

    shares [N,heads,tokens,F*G*G]; said [N,tokens,...]: a box, logits of colour and of kind. A mover's tokens answer for
    it by the share of its cells that they have, so that no token need be assigned to a mover.
    """
    there = movers.there.float()
    count = there.sum() + 1e-6
    own = movers.cells / movers.cells.sum(-1, keepdim=True).clamp(min=1)
    share = own @ shares.float().mean(1).transpose(1, 2)   # [N,M,tokens]
    pairs = there[:, :, None] * there[:, None] * (1 - torch.eye(there.shape[1], device=there.device))
    together = (share @ share.transpose(1, 2)).clamp(max=0.999)
    box, colour, kind = said.float().split([BOX, COLOURS, said.shape[-1] - BOX - COLOURS], -1)
    weight = share * there[..., None] / count

    def named(logits: Tensor, name: Tensor) -> Tensor:
        """Of every mover by every token [N,M,tokens]."""
        return -torch.log_softmax(logits, -1)[:, None].expand(-1, name.shape[1], -1, -1).gather(
            3, name[:, :, None, None].expand(-1, -1, logits.shape[1], 1))[..., 0]

    off = F.smooth_l1_loss((box * SCALE)[:, None].expand(-1, there.shape[1], -1, -1),
                           (movers.box * SCALE)[:, :, None].expand(-1, -1, box.shape[1], -1), reduction="none", beta=0.5).mean(-1)
    terms = {
        "apart": -(torch.log(1 - together) * pairs).sum() / (pairs.sum() + 1),
        "whole": -(torch.log(share.square().sum(-1) + 1e-6) * there).sum() / count,
        "box": (off * weight).sum(),
        "colour": (named(colour, movers.colour) * weight).sum(),
        "kind": (named(kind, movers.kind) * weight).sum(),
    }
    return {name: WEIGHTS[name] * value for name, value in terms.items()}
