"""Held-out clips with what happens in them, for `thinkalong bench`: `python -m stages.clips` writes ../bench/clips."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from language.questions import Seen, ask
from language.thoughts import by_unit
from network.config import Config
from world import render_clip

from .reasoner import unit_ends
from .sample import encode

OUT = Path(__file__).parents[2] / "bench/clips"
FIRST_SEED = 960_000_000
WIDTH, HEIGHT, FPS = 320, 180, 12.5


def questions(rng: np.random.Generator, events: list, moving: np.ndarray, count: int) -> list[dict]:
    """Questions at random moments; none about the very second in which something happens or stops moving."""
    config = Config()
    units = int(len(moving) / FPS / config.unit_seconds)
    ends = unit_ends(config, units)
    happened = by_unit(events, ends)
    asked = []
    while len(asked) < count:
        unit = int(rng.integers(4, units))
        if any(abs(event.t - ends[unit]) < 1 for event in events):
            continue
        one = ask(rng, Seen([e for u in happened[:unit + 1] for e in u], bool(moving[min(len(moving) - 1, round(ends[unit] * FPS))])))
        if one.kind != "cannot tell":
            asked.append({"t": round(float(ends[unit]), 2), "kind": one.kind, "ask": one.question, "answer": one.answer})
    return sorted(asked, key=lambda q: q["t"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for i in range(args.clips):
        seed = FIRST_SEED + i
        clip = render_clip(seed, seconds=args.seconds, fps=FPS, width=WIDTH, height=HEIGHT)
        path = args.out / f"street-{i}.mp4"
        encode(clip.frames, FPS, path)
        moving = (clip.grid["state"] == 1).sum((1, 2)) >= 2
        labels = {
            "video": path.name, "seed": seed, "seconds": args.seconds,
            "events": [{"t": round(e.t, 2), "verb": e.verb, "place": e.place, "colour": e.colour, "kind": e.kind} for e in clip.events],
            "questions": questions(np.random.default_rng(seed), clip.events, moving, args.questions),
        }
        path.with_suffix(".json").write_text(json.dumps(labels, indent=1) + "\n")
        print(f"{path}: {len(clip.events)} events, {path.stat().st_size / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    main()
