"""Makes of every shard one of the same clips in a mirror: `python -m stages.mirror`. Twice the clips to learn from, for the time of playing them."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from language.thoughts import MIRRORED

from .encoder import mirrored
from .generate import CELLS
from .shards import Shard, need_room, shards

END = "-mirrored"
"""Of the name of a shard in a mirror."""


def write_mirrored(shard: Shard, folder: Path) -> None:
    """The labels last: with them it is done."""
    folder.mkdir(exist_ok=True)
    np.save(folder / "frames.npy", shard.array("frames")[:, :, :, ::-1])
    for name in CELLS:
        np.save(folder / f"{name}.npy", mirrored(name, shard.array(name)))
    labels = [{**clip, "events": [{**e, "place": MIRRORED.get(e["place"], e["place"])} for e in clip["events"]]} for clip in shard.labels]
    temporary = folder / "labels.tmp"
    temporary.write_text(json.dumps(labels))
    temporary.rename(folder / "labels.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data/train"))
    args = parser.parse_args()
    for shard in tqdm([s for s in shards(args.data, "frames") if not s.folder.name.endswith(END)], desc="shards"):
        folder = shard.folder.with_name(shard.folder.name + END)
        if not (folder / "labels.json").exists():
            need_room(args.data)
            write_mirrored(shard, folder)


if __name__ == "__main__":
    main()
