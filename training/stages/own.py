"""What a network says by itself of the clips in the training data: `python -m stages.own --checkpoint runs/reasoner/last.pt`.

Writes `own.json` into each shard. `stages.reasoner --own` then learns what to say after what it has said wrong (DAgger,
Ross et al. 2011). Processes share the work, each with a `--worker` of its own out of `--workers`.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from language.tokenizer import Tokenizer
from network.config import Config
from network.model import Network
from network.sequence import Thought

from .export import load_network
from .features import FEATURES
from .narrate import THOUGHT_TOKENS, Narrator
from .shards import Shard, shards

OWN = "own.json"
BATCH = 25
"""Clips that are narrated at once."""


@torch.no_grad()
def narrations(network: Network, shard: Shard, skip_bias: float) -> list[list[Thought]]:
    """The thoughts of each clip, from its beginning, as the service would have them."""
    config, thoughts = network.config, []
    for first in range(0, len(shard), BATCH):
        clips = range(first, min(first + BATCH, len(shard)))
        features = torch.stack([torch.from_numpy(shard.features(i)).float() for i in clips]).unflatten(1, (-1, config.frames_per_unit))
        times = np.arange(features.shape[1], dtype=np.float64)
        thoughts += Narrator(network, features, times, config.visual_window_units, config.text_window_tokens, skip_bias, THOUGHT_TOKENS).run()[0]
    return thoughts


def write(shard: Shard, thoughts: list[list[Thought]]) -> None:
    """Words and recap of each unit of each clip."""
    part = shard.folder / f"{OWN}.part"
    part.write_text(json.dumps([[[list(t.words), t.recap and list(t.recap)] for t in clip] for clip in thoughts]))
    part.rename(shard.folder / OWN)


def own_thoughts(shard: Shard, clip: int) -> list[tuple[list[int], list[int] | None]]:
    """Words and recap of each unit, as they were written."""
    return [tuple(row) for row in json.loads((shard.folder / OWN).read_text())[clip]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/reasoner/last.pt"))
    parser.add_argument("--skip-bias", type=float, default=0.0)
    parser.add_argument("--worker", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    network = load_network(args.checkpoint, Config(), Tokenizer())
    for shard in shards(args.data / "train", *FEATURES)[args.worker::args.workers]:
        if not (shard.folder / OWN).exists():
            write(shard, narrations(network, shard, args.skip_bias))
            print(shard.folder.name, flush=True)


if __name__ == "__main__":
    main()
