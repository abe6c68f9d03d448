"""Leaves residual blocks out of an encoder: `python -m stages.thin --encoder runs/begin/encoder.pt --without 1 4 9 --out runs/thin/encoder.pt`.

A block adds to what it is given, so what is left over sees almost as before, and learns the rest again in far fewer steps
than it took at first (He et al. 2016, and Veit et al. 2016, on residual networks as ensembles). `stages.encoder --begin`
takes the result, with the whole encoder as its `--teacher`.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from torch import Tensor

from network.config import Config
from network.encoder import Encoder, Residual

from .checkpoint import save
from .features import trained_encoder


def thinned(encoder: Encoder, without: set[int]) -> tuple[dict[str, Tensor], tuple[int, ...]]:
    """The state of what is left, and how many blocks it has at each scale. without: places in the encoder's body."""
    kept, blocks = [], []
    for place, part in enumerate(encoder.body):
        residual = isinstance(part, Residual)
        if place in without:
            if not residual:
                raise SystemExit(f"part {place} is no residual block: those are {[i for i, p in enumerate(encoder.body) if isinstance(p, Residual)]}")
            continue
        if residual:
            blocks[-1] += 1
        elif place < len(encoder.body) - 1:
            blocks.append(0)
        kept.append(place)
    places = {f"body.{old}.": f"body.{new}." for new, old in enumerate(kept)}
    state = {}
    for name, value in encoder.state_dict().items():
        place = ".".join(name.split(".")[:2]) + "."
        if not name.startswith("body."):
            state[name] = value
        elif place in places:
            state[name.replace(place, places[place], 1)] = value
    return state, tuple(blocks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=Path("runs/begin/encoder.pt"))
    parser.add_argument("--without", type=int, nargs="+", required=True, help="places of residual blocks in the encoder's body")
    parser.add_argument("--out", type=Path, default=Path("runs/thin/encoder.pt"))
    args = parser.parse_args()
    state, blocks = thinned(trained_encoder(Config(), args.encoder), set(args.without))
    save(args.out, encoder=state)
    print(f"{args.out}: {blocks} residual blocks at a half, a quarter and an eighth of the frame's width")


if __name__ == "__main__":
    main()
