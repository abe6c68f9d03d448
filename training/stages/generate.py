"""Renders clips into shards: `python -m stages.generate --split train --clips 3000`. Resumes where it stopped."""
from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from network.config import Config
from world import Clip
from world.disturbances import CHANCE

from .choice import chosen
from .codec import taken
from .shards import need_room

SEEDS = {"train": 0, "test": 900_000_000, "combinations": 930_000_000}
"""First seed of each split; the movers of `combinations` have colours that training never shows on their kind."""
PER_SHARD = 50
CELLS = ("state", "cover", "colour", "kind", "velocity", "offset", "size")
"""Arrays of a shard that say what each cell of each frame holds."""
PLAIN = "plain"
"""The array of frames as a camera without faults would show them."""
PAIRS = {"velocity": ("vx", "vy"), "offset": ("dx", "dy"), "size": ("width", "height")}


def cells_of(clip: Clip) -> dict[str, np.ndarray]:
    """What each cell of each frame holds: [T,G,G], or [T,2,G,G] of what has two directions."""
    pairs = {name: np.stack([clip.grid[x], clip.grid[y]], 1).astype(np.float16) for name, (x, y) in PAIRS.items()}
    return pairs | {name: clip.grid[name] for name in ("state", "cover", "colour", "kind")}


def write_shard(folder: Path, first_seed: int, seconds: float, config: Config, rare: bool, disturbed: float = CHANCE, among: int = 1, plain: bool = False) -> None:
    """among: each clip is the one of so many seeds of which there is most to tell. plain: also keeps what a camera without faults would show."""
    clips = [taken(chosen(first_seed + i * among, among, seconds, rare, disturbed), config, plain) for i in range(PER_SHARD)]
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "frames.npy", np.stack([c.frames for c in clips]))
    if plain:
        np.save(folder / f"{PLAIN}.npy", np.stack([c.plain for c in clips]))
    cells = [cells_of(c) for c in clips]
    for name in cells[0]:
        np.save(folder / f"{name}.npy", np.stack([c[name] for c in cells]))
    labels = [{"seed": c.seed, "scenario": c.scenario, "events": [asdict(e) for e in c.events]} for c in clips]
    temporary = folder / "labels.tmp"
    temporary.write_text(json.dumps(labels))
    temporary.rename(folder / "labels.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=SEEDS, default="train")
    parser.add_argument("--clips", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=32.0)
    parser.add_argument("--first", type=int, default=0, help="number of the first clip; its seed follows from it")
    parser.add_argument("--disturbed", type=float, default=CHANCE, help="share of the clips in which something happens to the whole picture")
    parser.add_argument("--among", type=int, default=1, help="renders of so many seeds the one of which there is most to tell")
    parser.add_argument("--plain", action="store_true", help="keeps each frame also as a camera without faults would show it, for `stages.encoder --teacher`")
    parser.add_argument("--out", type=Path, default=Path("runs/data"))
    parser.add_argument("--worker", type=int, default=0, help="this process makes every n-th shard")
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    first = args.first // PER_SHARD
    for shard in tqdm(range(first + args.worker, first + args.clips // PER_SHARD, args.workers), desc=f"{args.split} shards of {PER_SHARD}"):
        folder = args.out / args.split / f"shard-{shard:05d}"
        if not (folder / "labels.json").exists():
            need_room(args.out)
            first_seed = SEEDS[args.split] + shard * PER_SHARD * args.among
            write_shard(folder, first_seed, args.seconds, Config(), args.split == "combinations", args.disturbed, args.among, args.plain)


if __name__ == "__main__":
    main()
