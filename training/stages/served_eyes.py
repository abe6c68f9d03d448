"""The eyes of a bundle as they are served, played over clips."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch

from network.config import Config

TOGETHER = 5
"""Clips of a run of the graphs: few, so that what lies between the layers stays small."""


def opened(path: Path, threads: int = 0) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class ServedEyes:
    """Eyes of four graphs, on one thread."""

    def __init__(self, config: Config, folder: Path) -> None:
        eyes = json.loads((folder / "bundle.json").read_text())["graphs"]["eyes"]
        if isinstance(eyes, str):
            raise SystemExit(f"the eyes of {folder} are one graph: export it again")
        self._look, self._encode, self._settle = (opened(folder / eyes[name], 1) for name in ("look", "encode", "settle"))
        self._second = np.float32(1 / config.fps)

    def watch(self, frames: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """u8 [N,T,H,W,3] -> frame by frame what the encoder is given [N,9,H,W], and what it makes of it [N,C,G,G]."""
        count, _, height, width, _ = frames.shape
        background, previous = np.zeros((count, 3, height, width), np.float32), frames[:, 0]
        for t in range(frames.shape[1]):
            frame = frames[:, t]
            common = {"frame": frame, "background": background, "seen": np.full(count, t, np.float32)}
            channels, _, brighter = self._look.run(None, common | {"previous": previous})
            features, = self._encode.run(None, {"channels": channels})
            yield channels, features
            background, = self._settle.run(None, common | {"brighter": brighter, "features": features, "seconds": np.full(count, self._second)})
            previous = frame

    def play(self, frames: torch.Tensor) -> torch.Tensor:
        """u8 [N,T,H,W,3] -> [N,T,C,G,G]."""
        parts = (np.stack([features for _, features in self.watch(some.numpy())], 1) for some in frames.split(TOGETHER))
        return torch.from_numpy(np.concatenate(list(parts)))
