"""What a network says by itself of the clips in the training data: `python -m stages.own --checkpoint runs/reasoner/last.pt`.

Writes `own.json` into each shard. `stages.reasoner --own` then learns what to say after what it has said wrong (DAgger,
Ross et al. 2011). Processes share the work, each with a `--worker` of its own out of `--workers`. A shard that has one keeps
it: for another round, remove those that shall be told anew.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from language.tokenizer import Tokenizer
from network.config import Config
from network.model import Network
from network.sequence import Thought

from .export import load_network
from .features import FEATURES, features_of
from .narrate import as_served
from .shards import OWN, Shard, shards

BATCH = 25
"""Clips that are narrated at once."""


@torch.no_grad()
def narrations(network: Network, shard: Shard, skip_bias: float) -> list[list[Thought]]:
    """The thoughts of each clip, from its beginning, as the service would have them."""
    clips = [(shard, i) for i in range(len(shard))]
    batches = [clips[first:first + BATCH] for first in range(0, len(clips), BATCH)]
    return [thoughts for batch in batches for thoughts in as_served(network, features_of(network.config, batch), skip_bias)]


def write(shard: Shard, thoughts: list[list[Thought]]) -> None:
    """Words and recap of each unit of each clip."""
    part = shard.folder / f"{OWN}.part"
    part.write_text(json.dumps([[[list(t.words), t.recap and list(t.recap)] for t in clip] for clip in thoughts]))
    part.rename(shard.folder / OWN)


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
