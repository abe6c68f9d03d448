"""Clips on disk: folders of memory-mapped arrays with the labels beside them."""
from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

import numpy as np

OWN = "own.json"
LEAST_FREE = 4_000_000_000
"""Bytes of disk that are left to everybody else."""


@dataclass(frozen=True)
class Shard:
    folder: Path

    def array(self, name: str) -> np.ndarray:
        return np.load(self.folder / f"{name}.npy", mmap_mode="r")

    @cached_property
    def own(self) -> list[list[tuple[list[int], list[int] | None]]]:
        """What a network said by itself of each clip's units: words and recap. `stages.own` writes it."""
        return json.loads((self.folder / OWN).read_text())

    def has(self, name: str) -> bool:
        return (self.folder / f"{name}.npy").exists()

    @cached_property
    def labels(self) -> list[dict]:
        return json.loads((self.folder / "labels.json").read_text())

    def events(self, clip: int) -> list:
        return [SimpleNamespace(**e) for e in self.labels[clip]["events"]]

    def features(self, clip: int, frames: slice = slice(None)) -> np.ndarray:
        """What the encoder made of a clip's frames. [T,C,G,G] float16."""
        return self.array("features")[clip, frames] * self.array("scale")[clip][:, None, None]

    def __len__(self) -> int:
        return len(self.labels)


def need_room(folder: Path) -> None:
    """Ends the program before the disk is full: what is done is kept."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise SystemExit(f"only {free / 1e9:.1f} GB are free where {folder} is: make room (`stages.features --drop-frames` does) or make do "
                         "with the clips there are; the same command goes on from here")


def shards(folder: Path, *arrays: str) -> list[Shard]:
    """Finished shards, those that have all the arrays: the labels are written last."""
    found = [Shard(p.parent) for p in sorted(Path(folder).glob("shard-*/labels.json"))]
    return [s for s in found if all(s.has(name) for name in arrays)]
