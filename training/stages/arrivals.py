"""Chunks of clips on their way from the processes that render them to the device that learns from them."""
from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from threading import Thread

import torch

from .rendering import Chunk


class Arrivals:
    """Chunks that have come and were not taken yet, as many as that at most, fetched by a thread."""

    def __init__(self, rendering: Iterable[Chunk], device: torch.device, most: int) -> None:
        self.waiting: deque[Chunk] = deque()
        self.come = 0
        self.failure: Exception | None = None
        Thread(target=self.fetch, args=(rendering, device.type == "cuda", most), daemon=True).start()

    def fetch(self, rendering: Iterable[Chunk], pinned: bool, most: int) -> None:
        try:
            for chunk in rendering:
                while len(self.waiting) >= most:
                    time.sleep(0.05)
                self.waiting.append({k: v.pin_memory() for k, v in chunk.items()} if pinned else chunk)
                self.come += len(chunk["frames"])
        except Exception as error:   # told by `take`, to whoever waits
            self.failure = error

    def take(self, least: int = 1) -> list[Chunk]:
        """All that came, if those are as many. Raises what ended the fetching."""
        if self.failure:
            raise self.failure
        return [self.waiting.popleft() for _ in range(len(self.waiting))] if len(self.waiting) >= least else []

    def wait(self, least: int) -> list[Chunk]:
        while not (chunks := self.take(least)):
            time.sleep(0.05)
        return chunks
