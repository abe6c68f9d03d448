"""Golden clips: what PyTorch sees, thinks and answers, for the service to be held against token for token.

`python -m stages.golden --skip-bias X` writes ../test/fixtures/golden: golden.json, and frames.tar with a strip of frames (WebP)
per clip. PyTorch looks at what comes out of the strip, as the service does: so it may be small.
"""
from __future__ import annotations

import argparse
import io
import itertools
import json
import tarfile
from pathlib import Path

import cv2
import numpy as np
import torch

from language.tokenizer import CLOCK, SPECIAL, Tokenizer
from network.config import Config
from network.sequence import Branch
from world import render_clip

from .export import load_network
from .features import play
from .narrate import ANSWER_TOKENS, THOUGHT_TOKENS, Narrator, answer

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


def squeeze(frames: np.ndarray, quality: int) -> tuple[bytes, np.ndarray]:
    """Frames [T,H,W,3] as a strip, one below the other, in WebP; and the frames that come out of it again."""
    strip = np.ascontiguousarray(frames.reshape(-1, *frames.shape[2:])[..., ::-1])
    packed = cv2.imencode(".webp", strip, [cv2.IMWRITE_WEBP_QUALITY, quality])[1]
    return packed.tobytes(), np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1]).reshape(frames.shape)


def archive(strips: dict[str, bytes], path: Path) -> None:
    """The same strips give the same archive."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in strips.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/reasoner/last.pt"))
    parser.add_argument("--skip-bias", type=float, required=True)
    args = parser.parse_args()
    config, tokenizer = Config(), Tokenizer()
    network = load_network(args.checkpoint, config, tokenizer)
    OUT.mkdir(parents=True, exist_ok=True)
    clips: list[dict] = []
    strips: dict[str, bytes] = {}
    for seed in itertools.count(FIRST_SEED):
        if len(clips) == COUNT:
            break
        rendered = render_clip(seed, seconds=SECONDS, fps=config.fps, width=config.pixels, height=config.pixels).frames
        strip, frames = squeeze(rendered, QUALITY)
        with torch.no_grad():
            features = play(config, network.encoder, torch.from_numpy(frames)[None])
            foreground = network.encoder.foreground(features[0])
        features = features.unflatten(1, (-1, config.frames_per_unit))
        times = np.arange(features.shape[1], dtype=np.float64)
        windows = (config.visual_window_units, config.text_window_tokens)
        thoughts, margins = Narrator(network, features, times, *windows, args.skip_bias, THOUGHT_TOKENS).run()
        clear = np.abs(margins - args.skip_bias).min() > CLEAR_MARGIN and (foreground - 0.5).abs().min() > CLEAR_FOREGROUND
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
        strips[f"{seed}.webp"] = strip
        clips.append({
            "strip": f"{seed}.webp", "thoughts": [tokenizer.decode(t.words) for t in thoughts[0]],
            "recaps": recaps,
            "answers": [{"after_unit": u, "question": q, "answer": told(config, tokenizer, a, u)} for (u, q), a in zip(moments, given[0])],
        })
        print(json.dumps(clips[-1], indent=1))
    archive(strips, OUT / "frames.tar")
    (OUT / "golden.json").write_text(json.dumps({"skip_bias": args.skip_bias, "fps": config.fps, "clips": clips}, indent=1) + "\n")


if __name__ == "__main__":
    main()
