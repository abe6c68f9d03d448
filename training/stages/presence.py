"""What is there in each unit's last frame, whatever has happened."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from network.config import Config
from world.colours import KINDS
from world.labels import MOVING

from .movers import Frames

PRESENCE = ("moving", "counted")
"""Arrays of a shard that say it."""
LEAST_MOVING = 2
"""Cells."""


@dataclass(frozen=True)
class Presence:
    moving: np.ndarray     # [U] whether something moves
    counted: np.ndarray    # [U,kinds] how many of each kind are there

    def __getitem__(self, part: slice | np.ndarray) -> Presence:
        return Presence(self.moving[part], self.counted[part])

    def __len__(self) -> int:
        return len(self.moving)

    def kinds(self, unit: int) -> Counter:
        return Counter({kind: int(n) for kind, n in zip(KINDS, self.counted[unit]) if n})


def presence_of(config: Config, cells: dict[str, np.ndarray], at: np.ndarray) -> Presence:
    """By what the cells of a clip's frames hold, in the frames `at` [U]."""
    frames = Frames(config, cells)
    return Presence((cells["state"][at] == MOVING).sum((1, 2)) >= LEAST_MOVING, np.stack([frames.count(t) for t in at]).astype(np.uint8))


def last_frames(config: Config, length: int) -> np.ndarray:
    """Each unit's, of a clip of so many frames."""
    return np.arange(config.frames_per_unit - 1, length, config.frames_per_unit)
