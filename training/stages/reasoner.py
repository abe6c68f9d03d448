"""Trains the two stacks on what the encoder sees: `python -m stages.reasoner --steps 5000`. Resumes by itself."""
from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from language.questions import Seen, ask
from language.thoughts import by_unit, event_class, thought
from language.tokenizer import SKIP, Tokenizer
from network.config import Config
from network.model import EVENT_CLASSES, Network
from network.sequence import NO_TARGET, Branch, build, collate

from .checkpoint import load, rate, save
from .features import trained_encoder
from .shards import Shard, shards

QUESTIONS = 6
SHORTEST_UNITS = 16


def with_features(folder: Path) -> list[Shard]:
    return [s for s in shards(folder) if (s.folder / "features.npy").exists()]


def unit_ends(config: Config, units: int) -> np.ndarray:
    """Time of each unit's last frame (s)."""
    return (np.arange(1, units + 1) * config.frames_per_unit - 1) / config.fps


def truth(config: Config, shard: Shard, clip: int) -> tuple[list[list], np.ndarray]:
    """Events of each unit, and whether something moves in its last frame."""
    state = shard.array("state")[clip]
    units = len(state) // config.frames_per_unit
    moving = (state[config.frames_per_unit - 1::config.frames_per_unit] == 1).sum((1, 2)) >= 2
    return by_unit(shard.events(clip), unit_ends(config, units)), moving


def branches(rng: np.random.Generator, tokenizer: Tokenizer, events: list[list], moving: np.ndarray, count: int
             ) -> tuple[list[Branch], list[str]]:
    """Questions at random moments, and the kind of each."""
    out, kinds = [], []
    for _ in range(count):
        unit = int(rng.integers(len(events)))
        now = min(unit + int(rng.integers(2)), len(events) - 1)
        asked = ask(rng, Seen([e for u in events[:unit + 1] for e in u], bool(moving[now])))
        out.append(Branch(unit, now, tokenizer.encode(asked.question), tokenizer.encode(asked.answer)))
        kinds.append(asked.kind)
    return out, kinds


def draw(config: Config, tokenizer: Tokenizer, source: list[Shard], rng: np.random.Generator, batch: int):
    """A batch of pieces of clips, all of one length, each from a moment of its own."""
    features, scripts, times = [], [], []
    classes = []
    length = None
    for _ in range(batch):
        shard = source[int(rng.integers(len(source)))]
        clip = int(rng.integers(len(shard)))
        events, moving = truth(config, shard, clip)
        length = length or int(rng.integers(SHORTEST_UNITS, len(events) + 1))
        start = int(rng.integers(len(events) - length + 1))
        events, moving = events[start:start + length], moving[start:start + length]
        asked, _ = branches(rng, tokenizer, events, moving, QUESTIONS)
        scripts.append(build([tokenizer.encode(thought(u)) for u in events], asked))
        frames = slice(start * config.frames_per_unit, (start + length) * config.frames_per_unit)
        f = torch.from_numpy(np.array(shard.array("features")[clip, frames])).float()
        features.append(f.unflatten(0, (length, config.frames_per_unit)))
        times.append(np.arange(len(events)) + float(rng.integers(0, 1000)))
        target = torch.zeros(len(events), EVENT_CLASSES)
        for u, happened in enumerate(events):
            target[u, [event_class(e) for e in happened]] = 1
        classes.append(target)
    visual_window = int(rng.integers(12, config.visual_window_units + 1))
    text_window = int(rng.integers(config.text_window_tokens // 2, config.text_window_tokens + 1))
    clip, targets = collate(torch.stack(features), scripts, times, visual_window, text_window)
    return clip, targets, torch.stack(classes)


def losses(logits: torch.Tensor, events: torch.Tensor, targets: torch.Tensor, classes: torch.Tensor) -> dict[str, torch.Tensor]:
    weight = torch.ones(logits.shape[-1])
    weight[SKIP] = 0.5
    return {
        "text": F.cross_entropy(logits.flatten(0, 1), targets.flatten(), weight, ignore_index=NO_TARGET),
        "events": F.binary_cross_entropy_with_logits(events, classes, pos_weight=torch.tensor(4.0)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--encoder", type=Path, default=Path("runs/encoder/last.pt"))
    parser.add_argument("--out", type=Path, default=Path("runs/reasoner"))
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    args = parser.parse_args()
    config, tokenizer = Config(), Tokenizer()
    torch.manual_seed(0)
    network = Network(config, len(tokenizer))
    learned = [p for n, p in network.named_parameters() if not n.startswith("encoder.")]
    optimiser = torch.optim.AdamW(learned, lr=args.rate, weight_decay=0.02, betas=(0.9, 0.98))
    step = 0
    if state := load(args.out / "last.pt"):
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
        print(f"resumed at step {step}", flush=True)
    network.encoder.load_state_dict(trained_encoder(config, args.encoder).state_dict())
    rng = np.random.default_rng(step)
    began = saved = time.time()
    running: dict[str, float] = {}
    source = with_features(args.data / "train")
    if not source:
        raise SystemExit("no features: run `python -m stages.features` first")
    ahead = ThreadPoolExecutor(1)
    upcoming = ahead.submit(draw, config, tokenizer, source, rng, args.batch)
    while step < args.steps:
        clip, targets, classes = upcoming.result()
        upcoming = ahead.submit(draw, config, tokenizer, source, rng, args.batch)
        optimiser.param_groups[0]["lr"] = rate(step, args.steps, args.rate)
        logits, events = network(clip)
        terms = losses(logits, events, targets, classes)
        optimiser.zero_grad()
        sum(terms.values()).backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        step += 1
        for k, v in terms.items():
            running[k] = 0.98 * running.get(k, v.item()) + 0.02 * v.item()
        if step % 50 == 0:
            print(step, f"{time.time() - began:.0f}s", {k: round(v, 4) for k, v in running.items()}, flush=True)
        if time.time() - saved > 120 or step >= args.steps:
            saved = time.time()
            save(args.out / "last.pt", network=network.state_dict(), optimiser=optimiser.state_dict(), step=step)


if __name__ == "__main__":
    main()
