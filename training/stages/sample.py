"""Renders the sample page's clip from the world: `python -m stages.sample` writes ../client/sample/street.mp4."""
from __future__ import annotations

import argparse
from pathlib import Path

from world import render_clip

from .codec import encode

OUT = Path(__file__).parents[2] / "client/sample/street.mp4"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=6039)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    width, height, fps = 640, 360, 12.5
    clip = render_clip(args.seed, seconds=args.seconds, fps=fps, width=width, height=height)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    encode(clip.frames, fps, args.out)
    for event in clip.events:
        print(f"{event.t:6.1f} s  {event.colour} {event.kind} {event.verb} {event.place or ''}")
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
