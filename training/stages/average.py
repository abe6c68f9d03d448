"""Averages two runs: `python -m stages.average BEFORE AFTER --share 0.6 --out runs/reasoner/last.pt`.

A network taught on few clips has learned what it was taught, and forgotten some of what it knew. Between the weights before
and after lie networks that have more of both (WiSE-FT, arXiv 2109.01903).
"""
from __future__ import annotations

import argparse
from pathlib import Path

from .checkpoint import load, save


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="a run's last.pt")
    parser.add_argument("after", type=Path, help="that of a run that was begun from it")
    parser.add_argument("--share", type=float, required=True, help="of the second, 0..1")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    before, after = load(args.before), load(args.after)
    if before is None or after is None:
        raise SystemExit(f"no network at {args.before if before is None else args.after}")
    one, other = before["network"], after["network"]
    if before["words"] != after["words"] or {k: v.shape for k, v in one.items()} != {k: v.shape for k, v in other.items()}:
        raise SystemExit("the two networks differ in their words or sizes: only a run that was begun from the other can be averaged with it")
    network = {k: v.lerp(other[k], args.share) if v.is_floating_point() else other[k] for k, v in one.items()}
    save(args.out, network=network, step=after["step"], words=after["words"])


if __name__ == "__main__":
    main()
