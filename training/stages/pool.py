"""What was rendered last, kept where training can draw from it."""
from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .rendering import Chunk


class Pool:
    """Holds so many clips at most, array by array on one device; the oldest give way."""

    def __init__(self, device: torch.device, room: int) -> None:
        self.device, self.room = device, room
        self.arrays: dict[str, Tensor] = {}
        self.count = self.added = 0

    def add(self, chunk: Chunk) -> None:
        clips = len(next(iter(chunk.values())))
        places = (torch.arange(self.added, self.added + clips) % self.room).to(self.device)
        for name, values in chunk.items():
            if name not in self.arrays:
                self.arrays[name] = torch.empty((self.room, *values.shape[1:]), dtype=values.dtype, device=self.device)
            self.arrays[name][places] = values.to(self.device, non_blocking=True)
        self.added += clips
        self.count = min(self.added, self.room)

    def some(self, rng: np.random.Generator, clips: int) -> Tensor:
        """Numbers of clips at random."""
        return torch.from_numpy(rng.integers(self.count, size=clips)).to(self.device)

    def stretch(self, name: str, which: Tensor, start: Tensor, length: int) -> Tensor:
        """From each of these clips so many rows from its own start on. [N,length,...]."""
        return self.arrays[name][which[:, None], start[:, None] + torch.arange(length, device=self.device)]
