"""Pictures of where the model fails: `python -m stages.failures` writes ../models/street-narrator/failures.jpg.

Held-out clips are narrated; for each way to fail, the frames around one event that was missed, told of the wrong colour,
or told though nothing of the kind happened.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from language.parse import Clause, parse
from language.thoughts import clause
from language.tokenizer import Tokenizer
from network.config import Config

from .evaluate import TOLERANCE_S, Evaluation
from .export import load_network
from .features import FEATURES
from .shards import shards
from .telling import unit_ends

OUT = Path(__file__).parents[2] / "models/street-narrator/failures.jpg"
BEFORE, AFTER, SCALE, LINE = 4, 4, 2, 34
WAYS = ("missed", "wrong colour", "not so")


def failures(item: dict, config: Config, tokenizer: Tokenizer) -> list[tuple[str, float, str]]:
    """(way to fail, second, what to write) of one narrated clip."""
    ends = unit_ends(config, len(item["thoughts"]))
    said: list[tuple[float, Clause]] = [(float(ends[u]), c) for u, t in enumerate(item["thoughts"]) for c in parse(tokenizer.decode(t.words))]
    happened = [e for unit in item["events"] for e in unit]
    found = []
    for e in happened:
        near = [c for t, c in said if abs(t - e.t) <= TOLERANCE_S and (c.verb, c.place) == (e.verb, e.place)]
        if not near:
            others = [tokenizer.decode(item["thoughts"][u].words) for u, end in enumerate(ends) if abs(end - e.t) <= TOLERANCE_S]
            found.append(("missed", e.t, f"{clause(e)}; said: {' / '.join(o for o in others if o) or 'nothing'}"))
        elif e.colour and all(c.colour != e.colour for c in near):
            found.append(("wrong colour", e.t, f"{clause(e)}; said: {near[0].colour} {near[0].kind}"))
    for t, c in said:
        if all(abs(t - e.t) > TOLERANCE_S for e in happened):
            found.append(("not so", t, f"nothing; said: {c.colour or ''} {c.kind or ''} {c.verb} {c.place or ''}"))
    return found


def strip(frames: np.ndarray, second: float, fps: float, caption: str) -> np.ndarray:
    """The frames around a moment in a row, the caption under them. BGR."""
    middle = round(second * fps)
    picks = [min(max(i, 0), len(frames) - 1) for i in range(middle - BEFORE, middle + AFTER)]
    row = np.hstack([frames[i].repeat(SCALE, 0).repeat(SCALE, 1) for i in picks])[..., ::-1]
    band = np.full((LINE, row.shape[1], 3), 255, np.uint8)
    cv2.putText(band, caption[:170], (6, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30), 1, cv2.LINE_AA)
    return np.vstack([row, band])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data/test"))
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/reasoner/last.pt"))
    parser.add_argument("--skip-bias", type=float, required=True)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    config, tokenizer = Config(), Tokenizer()
    network = load_network(args.checkpoint, config, tokenizer)
    evaluation = Evaluation(network, tokenizer, shards(args.data, "frames", *FEATURES), range(50), args.skip_bias)
    shown: dict[str, list[np.ndarray]] = {way: [] for way in WAYS}
    for item in evaluation.items:
        taken = set()
        for way, second, text in failures(item, config, tokenizer):
            if way not in taken and len(shown[way]) < args.each:
                taken.add(way)
                shown[way].append(strip(item["shard"].array("frames")[item["clip"]], second, config.fps, f"{way}: {text}"))
    cv2.imwrite(str(args.out), np.vstack([s for way in WAYS for s in shown[way]]))
    print(args.out)


if __name__ == "__main__":
    main()
