"""Held-out clips with what happens in them, for `npm run bench`: `python -m stages.clips` writes ../bench/clips."""
from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from language.questions import ask
from language.themes import theme
from language.thoughts import by_unit
from language.tokenizer import Tokenizer
from network.config import Config
from world import render_clip

from .codec import encode, repeat
from .generate import cells_of
from .presence import Presence, presence_of
from .telling import tell, unit_ends

OUT = Path(__file__).parents[2] / "bench/clips"
FIRST_SEED, RARE_SEED = 960_000_000, 970_000_000
WIDTH, FPS = 320, 12.5
FAMILIES = ("dynamics", "causal", "theme", "counting", "time")
COME_TO_REST_S, LAST_S = 2.0, 6.0
"""Before a clip's picture is held, nothing must have moved for so long; the questions are about the last seconds of that."""
PAIRED = ("meets", "passes", "hits", "follows")
STRANGE = ("poem", "capital", "france", "stock", "president", "recipe")
"""Words outside the vocabulary, for questions that nobody here can answer."""


def questions(rng: np.random.Generator, tokenizer: Tokenizer, events: list, present: Presence, fps: float, count: int,
              since: float, until: float) -> list[dict]:
    """Questions at random moments of a part; none about the very second in which something happens or stops moving, unless
    something happens all the time."""
    config = Config()
    units = int(len(present) / fps / config.unit_seconds)
    ends = unit_ends(config, units)
    now = np.minimum(np.round(ends * fps).astype(int), len(present) - 1)
    piece = tell(rng, tokenizer, by_unit(events, ends), present[now], 0, config.recap_tokens, False)
    first, last = int(max(4, since / config.unit_seconds)), int(min(units, until / config.unit_seconds))
    clear = {unit for unit in range(first, last) if all(abs(event.t - ends[unit]) >= 1 for event in events)}
    asked: list[dict] = []
    while len(asked) < count:
        unit = int(rng.integers(first, last))
        if clear and unit not in clear:
            continue
        one = ask(rng, piece.seen(tokenizer, unit, unit))
        row = {"t": round(float(ends[unit]), 2), "kind": one.kind, "family": one.family if one.family in FAMILIES else "other", "ask": one.question, "answer": one.answer}
        if one.rests:
            row["oldestS"] = round(float(ends[unit] - min(e.t for e in one.rests)), 2)
        if one.since is not None:
            row["seconds"] = round(float(ends[unit] - one.since), 2)
            row["answer"] = " ".join(f"{round(row['seconds'])} seconds" if word.startswith("<t") else word for word in one.answer.split())
        if one.kind == "cannot tell":
            row["ask"] = one.question.replace("[UNK]", STRANGE[len(asked) % len(STRANGE)])
        asked.append(row)
    return sorted(asked, key=lambda q: q["t"])


def write_clip(seed: int, seconds: float, width: int, fps: float, count: int, tokenizer: Tokenizer, path: Path, rare: bool, loops: int,
               still: float) -> int | None:
    """Writes one clip and its labels. Returns how many events it has.

    Of a clip that loops, so many questions are about its first and as many about its last round. Of one whose last picture
    is held for some seconds, they are asked at the end of those; None, and nothing written, if it does not come to rest.
    """
    clip = render_clip(seed, seconds=seconds, fps=fps, width=width, height=width * 9 // 16, rare=rare)
    present = presence_of(Config(), cells_of(clip), np.arange(len(clip.frames)))
    if still and (present.moving[-round(COME_TO_REST_S * fps):].any() or not clip.events or clip.events[-1].t > seconds - COME_TO_REST_S):
        return None
    held = round(still * fps)
    encode(np.concatenate([clip.frames, clip.frames[-1:].repeat(held, 0)]), fps, path)
    if loops > 1:
        repeat(path, loops)
    frames = np.tile(np.minimum(np.arange(len(present) + held), len(present) - 1), loops)
    events = [replace(e, t=e.t + i * seconds) for i in range(loops) for e in clip.events]
    rng = np.random.default_rng(seed)
    whole = (seconds + still) * loops
    asked = [(whole - LAST_S, whole)] if still else [(i * seconds, (i + 1) * seconds) for i in sorted({0, loops - 1})]
    labels = {
        "video": path.name, "seed": seed, "seconds": whole, "split": "combinations" if rare else "seeds", "theme": theme(clip.events),
        "events": [{"t": round(e.t, 2), "verb": e.verb, "place": e.place, "colour": e.colour, "kind": e.kind,
                    **({"size": e.size} if e.size else {}),
                    **({"other": {"colour": e.other[0], "kind": e.other[1]}} if e.other and e.verb in PAIRED else {})} for e in events],
        "questions": [q for since, until in asked for q in questions(rng, tokenizer, events, present[frames], fps, count, since, until)],
    }
    path.with_suffix(".json").write_text(json.dumps(labels, indent=None if count > 20 else 1) + "\n")
    return len(events)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--first", type=int, default=0, help="number of the first clip; its seed follows from it")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--width", type=int, default=WIDTH, help="px; the height follows, 16:9")
    parser.add_argument("--fps", type=float, default=FPS)
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--loops", type=int, default=1, help="plays every clip so often: the same things happen in every round")
    parser.add_argument("--still", type=float, default=0.0, help="holds the last picture of those clips that come to rest for so many seconds, and asks then")
    parser.add_argument("--rare", action="store_true", help="colours that training never shows on their kind")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    if args.still and args.loops > 1:
        parser.error("--still and --loops do not go together")
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer()
    for i in range(args.first, args.first + args.clips):
        path = args.out / f"{'rare' if args.rare else 'street'}-{i}.mp4"
        if path.with_suffix(".json").exists() and args.out != OUT:
            continue
        events = write_clip((RARE_SEED if args.rare else FIRST_SEED) + i, args.seconds, args.width, args.fps, args.questions, tokenizer, path, args.rare, args.loops, args.still)
        print(f"{path}: {events} events, {path.stat().st_size / 1e6:.2f} MB" if events is not None else f"{path}: does not come to rest", flush=True)


if __name__ == "__main__":
    main()
