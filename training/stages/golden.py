"""Golden clips: what PyTorch thinks and answers, for the service to be held against token for token.

`python -m stages.restore --out runs/begin`, then `python -m stages.golden` writes ../test/fixtures/golden: golden.json, and
frames.tar with a strip of frames (WebP) per clip. The strips that are there are taken again where they are clear.

The eyes are those of the bundle, as they are served: in eight bits they see what PyTorch does not. The transformers are PyTorch's, with
the weights of the bundle. Both look at what comes out of the strip, as the service does: so it may be small.
"""
from __future__ import annotations

import argparse
import io
import itertools
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch

from language.tokenizer import CLOCK, SPECIAL, Tokenizer
from network.config import Config
from network.sequence import Branch
from world import render_clip

from .export import load_network
from .narrate import ANSWER_TOKENS, THOUGHT_TOKENS, Narrator, answer
from .served_eyes import ServedEyes

OUT = Path(__file__).parents[2] / "test/fixtures/golden"
FIRST_SEED, COUNT = 950_000_000, 3
QUALITY = 90
"""Of the strips; above 100 nothing is lost."""
LEAST_TOLD, SECONDS = 5, 12.0
CLEAR_MARGIN, CLEAR_FOREGROUND = 0.1, 0.002
"""What is nearer to a threshold may fall on the other side with the next version of a runtime: such clips prove nothing."""
QUESTIONS = ("how many things entered?", "what colour was the last thing?", "what happened last?", "is anything moving now?", "how long ago did the last thing come?")


def told(config: Config, tokenizer: Tokenizer, answer: list[int], unit: int) -> str:
    """An answer as the service writes it: times as seconds before the unit that it looks from."""
    words = []
    for token in answer:
        clock = token - len(SPECIAL)
        seconds = int((unit - clock) % CLOCK * config.unit_seconds + 0.5)
        words.append(f"{seconds} second{'' if seconds == 1 else 's'}" if 0 <= clock < CLOCK else tokenizer.decode([token]))
    return " ".join(words).replace(" ,", ",")


def squeezed(frames: np.ndarray, quality: int) -> bytes:
    """Frames [T,H,W,3] as a strip, one below the other, in WebP."""
    strip = np.ascontiguousarray(frames.reshape(-1, *frames.shape[2:])[..., ::-1])
    return cv2.imencode(".webp", strip, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()


def frames_of(strip: bytes, side: int) -> np.ndarray:
    """The frames that come out of a strip, [T,side,side,3]."""
    pixels = cv2.imdecode(np.frombuffer(strip, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    return np.ascontiguousarray(pixels).reshape(-1, side, side, 3)


def candidates(config: Config, path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and strips: those of the archive, then new ones for ever."""
    kept: set[str] = set()
    if path.exists():
        with tarfile.open(path) as tar:
            for entry in tar:
                kept.add(entry.name)
                yield entry.name, tar.extractfile(entry).read()
    for seed in itertools.count(FIRST_SEED):
        if (name := f"{seed}.webp") not in kept:
            clip = render_clip(seed, seconds=SECONDS, fps=config.fps, width=config.pixels, height=config.pixels)
            yield name, squeezed(clip.frames, QUALITY)


def archive(strips: dict[str, bytes], path: Path) -> None:
    """The same strips give the same archive."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in strips.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/begin/reasoner.pt"), help="of the restored bundle")
    parser.add_argument("--bundle", type=Path, default=Path("../models/street-narrator"))
    args = parser.parse_args()
    config, tokenizer = Config(), Tokenizer()
    network = load_network(args.checkpoint, config, tokenizer)
    eyes = ServedEyes(config, args.bundle)
    skip_bias = json.loads((args.bundle / "bundle.json").read_text())["thinking"]["skip_bias"]
    OUT.mkdir(parents=True, exist_ok=True)
    clips: list[dict] = []
    strips: dict[str, bytes] = {}
    for name, strip in candidates(config, OUT / "frames.tar"):
        if len(clips) == COUNT:
            break
        with torch.no_grad():
            features = eyes.play(torch.from_numpy(frames_of(strip, config.pixels))[None])
            foreground = network.encoder.foreground(features[0])
        features = features.unflatten(1, (-1, config.frames_per_unit))
        times = np.arange(features.shape[1], dtype=np.float64)
        windows = (config.visual_window_units, config.text_window_tokens)
        thoughts, margins = Narrator(network, features, times, *windows, skip_bias, THOUGHT_TOKENS).run()
        clear = np.abs(margins - skip_bias).min() > CLEAR_MARGIN and (foreground - 0.5).abs().min() > CLEAR_FOREGROUND
        recaps = [tokenizer.decode(t.recap) for t in thoughts[0] if t.recap is not None]
        wanted = len(clips) == COUNT - 1 and not any(clip["recaps"] for clip in clips)   # one of them, at least
        if not clear or sum(1 for t in thoughts[0] if t.words) < LEAST_TOLD or (wanted and not recaps):
            continue
        moments = [(len(times) // 2, q) for q in QUESTIONS[:2]] + [(len(times) - 1, q) for q in QUESTIONS]
        asked = [Branch(u, u, tokenizer.encode(q), []) for u, q in moments]
        if any(thoughts[0][u].recap is not None for u, _ in moments):   # the service may answer while it counts
            continue
        given, closest = answer(network, features, times, thoughts, [asked], *windows, ANSWER_TOKENS)
        if closest < CLEAR_MARGIN:
            continue
        strips[name] = strip
        clips.append({
            "strip": name, "thoughts": [tokenizer.decode(t.words) for t in thoughts[0]],
            "recaps": recaps,
            "answers": [{"after_unit": u, "question": q, "answer": told(config, tokenizer, a, u)} for (u, q), a in zip(moments, given[0])],
        })
        print(json.dumps(clips[-1], indent=1))
    archive(strips, OUT / "frames.tar")
    (OUT / "golden.json").write_text(json.dumps({"skip_bias": skip_bias, "fps": config.fps, "clips": clips}, indent=1) + "\n")


if __name__ == "__main__":
    main()
