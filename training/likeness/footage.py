"""What is measured: a stretch of video in two sizes, and what several measures need of it."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .pixels import cells, luma

FPS = 4
FAINT = 8.0
"""Cells darker than this tell nothing about a factor."""


@dataclass(frozen=True)
class Footage:
    small: np.ndarray    # u8 [T,S,S,3], squeezed to a square, as the network gets it
    large: np.ndarray    # u8 [T,h,w,3], with the camera's own proportions

    @property
    def minutes(self) -> float:
        return len(self.small) / FPS / 60

    @cached_property
    def bright(self) -> np.ndarray:
        """Luma of the small picture. [T,S,S]."""
        return luma(self.small)

    @cached_property
    def standing(self) -> np.ndarray:
        """The small picture without what passes: its median over time. [S,S,3]."""
        return middle(self.small)

    @cached_property
    def gain(self) -> np.ndarray:
        """The factor of each frame against the usual picture. [T]."""
        return shared_factor(cells(self.bright).mean(-1))


def middle(frames: np.ndarray) -> np.ndarray:
    """The median over time, of every other frame, which is enough."""
    some = frames[::2]
    return np.partition(some, len(some) // 2, axis=0)[len(some) // 2]


def shared_factor(of_cells: np.ndarray) -> np.ndarray:
    """By how much each frame's cells [T,rows,columns] are brighter than usual: the middle cell, so that what moves does not count."""
    usual = np.median(of_cells, axis=0)
    seen = usual > FAINT
    return np.median(of_cells[:, seen] / usual[seen], axis=1) if seen.any() else np.ones(len(of_cells))
