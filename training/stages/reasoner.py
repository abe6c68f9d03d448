"""Trains the two stacks on what the encoder sees: `python -m stages.reasoner --steps 5000`. Resumes by itself."""
from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from language.questions import TIMED, Asked, Seen, ask
from language.thoughts import CAME, MOST, PLURALS, WENT, Tally, by_unit, event_class, thought
from language.tokenizer import CLOCK, SKIP, SPECIAL, Tokenizer
from network.config import Config
from network.encoder import COLOURS, KINDS
from network.model import EVENT_CLASSES, ROLES, Network
from network.sequence import NO_TARGET, Branch, Script, Thought, build, collate
from world.colours import COLOURS as COLOUR_NAMES, KINDS as KIND_NAMES

from .checkpoint import load, mixed_precision, precision, start_from
from .features import trained_encoder
from .fit import fit
from .shards import Shard, shards

USUAL_QUESTION_TOKENS = 12
QUESTIONS = 6
"""Of every piece; more where a batch's longest text leaves room."""
SHORTEST_UNITS = 16
CLOCK_WEIGHT, SKIP_WEIGHT = 2.0, 0.5
TIMED_SHARE = 0.2
"""Of questions in training that are about times, beside those that are so by chance."""
CLOCK_RADIUS = 3.0
HEAD_SCALE = 0.05
"""What a head's weights are to an embedding's, as both begin."""


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


@dataclass(frozen=True)
class Piece:
    """A stretch of a clip as it is told: events of each unit, thoughts, and what a question may rest on."""
    events: list[list]
    thoughts: list[Thought]
    moving: np.ndarray
    base: Tally
    clocks: list[int]

    @property
    def tokens(self) -> int:
        return sum(t.tokens for t in self.thoughts)

    def seen(self, tokenizer: Tokenizer, unit: int, now: int) -> Seen:
        told = {id(e): u for u, happened in enumerate(self.events[:unit + 1]) for e in happened}
        return Seen([e for u in self.events[:unit + 1] for e in u], bool(self.moving[now]), self.base,
                    lambda e: tokenizer.words[self.clocks[told[id(e)]]])


def before_the_clip(rng: np.random.Generator) -> Tally:
    """Counts that a stream may have come to already."""
    counts = [{k: int(min(99, rng.exponential(rng.choice([2, 10, 40])))) for k in PLURALS if rng.random() < 0.6} for _ in range(2)]
    return Tally(Counter(counts[0]), Counter({k: min(n, counts[0].get(k, 0)) for k, n in counts[1].items()}))


def tell(rng: np.random.Generator, tokenizer: Tokenizer, events: list[list], moving: np.ndarray, clock: int, every: int, under_way: bool) -> Piece:
    """The thoughts of a clip whose first unit has the given clock (units); a recap about every so many tokens."""
    base = before_the_clip(rng) if under_way and not events[0] else Tally()
    tally = Tally(base.came, base.went)
    clocks = [tokenizer.clock(clock + u) for u in range(len(events))]
    thoughts, tokens = [], 0
    for unit, happened in enumerate(events):
        words = tokenizer.encode(thought(happened, tally))
        tokens += len(words) + 1
        given = unit == 0 and bool(base.came)
        recap = tokenizer.encode(tally.recap()) if given or tokens >= every else None
        tokens = 0 if recap is not None else tokens
        thoughts.append(Thought(words, clocks[unit], recap, given))
    return Piece(events, thoughts, moving, base, clocks)


def branch(rng: np.random.Generator, tokenizer: Tokenizer, piece: Piece, timed: float = 0.0) -> tuple[Branch, Asked]:
    """A question at a random moment, rather a later one; of times more often by the given share."""
    last = len(piece.events) - 1
    unit = max(int(rng.integers(last + 1)), int(rng.integers(last + 1)) if rng.random() < 0.5 else 0)
    now = min(unit + int(rng.integers(2)), last)
    maker = TIMED[int(rng.integers(len(TIMED)))] if rng.random() < timed else ask
    asked = maker(rng, piece.seen(tokenizer, unit, now))
    return Branch(unit, now, tokenizer.encode(asked.question), tokenizer.encode(asked.answer)), asked


def branches(rng: np.random.Generator, tokenizer: Tokenizer, piece: Piece, count: int, timed: float = 0.0) -> tuple[list[Branch], list[Asked]]:
    """Questions at random moments."""
    out, questions = zip(*(branch(rng, tokenizer, piece, timed) for _ in range(count)))
    return list(out), list(questions)


def script(rng: np.random.Generator, tokenizer: Tokenizer, piece: Piece, room: int) -> Script:
    """A piece with its questions, and as many more as fit into so many tokens."""
    asked, _ = branches(rng, tokenizer, piece, QUESTIONS, TIMED_SHARE)
    room -= piece.tokens + sum(b.tokens for b in asked)
    while room > 0:
        more, _ = branch(rng, tokenizer, piece, TIMED_SHARE)
        room -= more.tokens
        if room >= 0:
            asked.append(more)
    return build(piece.thoughts, asked)


def targets_of(events: list[list]) -> torch.Tensor:
    """What the visual tokens of each unit shall know: verbs and places, colours and kinds by role. [U,E]."""
    target = torch.zeros(len(events), EVENT_CLASSES + ROLES * (COLOURS + KINDS))
    for u, happened in enumerate(events):
        for e in happened:
            target[u, event_class(e)] = 1
            if e.colour:
                role = 0 if e.verb in CAME else 1 if e.verb in WENT else 2
                target[u, EVENT_CLASSES + role * COLOURS + COLOUR_NAMES.index(e.colour)] = 1
                target[u, EVENT_CLASSES + ROLES * COLOURS + role * KINDS + KIND_NAMES.index(e.kind)] = 1
    return target


@dataclass(frozen=True)
class Stretch:
    """Units of a clip in a row."""
    features: torch.Tensor   # [U,F,C,G,G]
    events: list[list]
    moving: np.ndarray


def stretches(config: Config, source: list[Shard], rng: np.random.Generator, count: int) -> list[Stretch]:
    """As many from clips at random, all of one length, each from a moment of its own."""
    found: list[Stretch] = []
    for _ in range(count):
        shard = source[int(rng.integers(len(source)))]
        clip = int(rng.integers(len(shard)))
        events, moving = truth(config, shard, clip)
        if not found:
            length = int(rng.integers(SHORTEST_UNITS, len(events) + 1, 2).min())   # rather short ones: they cost less
        start = int(rng.integers(len(events) - length + 1))
        frames = slice(start * config.frames_per_unit, (start + length) * config.frames_per_unit)
        features = torch.from_numpy(np.array(shard.array("features")[clip, frames])).unflatten(0, (length, config.frames_per_unit))
        found.append(Stretch(features, events[start:start + length], moving[start:start + length]))
    return found


def draw(config: Config, tokenizer: Tokenizer, source: list[Shard], rng: np.random.Generator, batch: int):
    """A batch of stretches as they are told and asked about, from any time of the clock on."""
    chosen = stretches(config, source, rng, batch)
    pieces, times = [], []
    text_window = int(rng.integers(config.text_window_tokens // 2, config.text_window_tokens + 1))
    every = int(rng.integers(text_window // 4, text_window // 2 + 1))
    for one in chosen:
        clock = int(rng.integers(0, 1000))
        pieces.append(tell(rng, tokenizer, one.events, one.moving, clock, every, rng.random() < 0.5))
        times.append(np.arange(len(one.events)) + float(clock))
    room = max(p.tokens for p in pieces) + QUESTIONS * USUAL_QUESTION_TOKENS
    scripts = [script(rng, tokenizer, p, room) for p in pieces]
    visual_window = int(rng.integers(12, config.visual_window_units + 1))
    features = torch.stack([one.features for one in chosen]).to(precision())
    clip, wanted = collate(features, scripts, times, visual_window, text_window)
    return clip, wanted, torch.stack([targets_of(one.events) for one in chosen])


def losses(logits: torch.Tensor, events: torch.Tensor, targets: torch.Tensor, classes: torch.Tensor) -> dict[str, torch.Tensor]:
    weight = torch.ones(logits.shape[-1])
    weight[SKIP] = SKIP_WEIGHT
    weight[len(SPECIAL):len(SPECIAL) + CLOCK] = CLOCK_WEIGHT
    return {
        "text": F.cross_entropy(logits.flatten(0, 1), targets.flatten(), weight, ignore_index=NO_TARGET),
        "events": 2 * F.binary_cross_entropy_with_logits(events, classes, pos_weight=torch.tensor(4.0)),
    }


def terms_of(network: Network, batch: tuple) -> dict[str, torch.Tensor]:
    """The losses of a batch: what is looked at, the tokens wanted, the event classes."""
    clip, targets, classes = batch
    with mixed_precision():
        logits, events = network(clip)
    return losses(logits.float(), events.float(), targets, classes)


def begin(network: Network, tokenizer: Tokenizer, earlier: dict) -> None:
    """Takes over an earlier network; its words keep what they mean."""
    state = earlier["network"]
    start_from(network, {k: v for k, v in state.items() if not k.startswith(("embedding.", "head.", "seen_events."))})
    with torch.no_grad():
        for i, word in enumerate(earlier["words"]):
            if word in tokenizer.index:
                for layer in (network.embedding, network.head):
                    layer.weight[tokenizer.index[word]] = state[("embedding" if layer is network.embedding else "head") + ".weight"][i]


@torch.no_grad()
def tie(network: Network, tokenizer: Tokenizer) -> None:
    """Lets times and numbers begin as what is easily copied: said in the direction that they are read in, `3` as `#3`.

    Clock tokens begin on circles of eight periods, from two units to a whole round of the clock: one head has room for them.
    """
    width = network.config.width
    angle = 2 * torch.pi * torch.arange(CLOCK)[:, None] / CLOCK * 2 ** torch.arange(8)
    circles = torch.cat([angle.cos(), angle.sin()], 1) @ torch.linalg.qr(torch.randn(width, 16))[0].T * CLOCK_RADIUS
    times = slice(len(SPECIAL), len(SPECIAL) + CLOCK)
    network.embedding.weight[times] = network.embedding.weight[times].mean(0) + circles
    same = {f"#{n}": str(n) for n in range(1, MOST + 1)}
    for token in [w for w in tokenizer.words if w.isdigit() or w in same or w.startswith("<t")]:
        read = network.embedding.weight[tokenizer.index[same.get(token, token)]]
        network.embedding.weight[tokenizer.index[token]] = read
        network.head.weight[tokenizer.index[token]] = read * HEAD_SCALE


@torch.no_grad()
def measure(network: Network, config: Config, tokenizer: Tokenizer, source: list[Shard], batches: int = 4) -> dict[str, float]:
    """The losses on held-out clips, the same ones every time."""
    rng = np.random.default_rng(1)
    rows = []
    for _ in range(batches):
        rows.append(terms_of(network, draw(config, tokenizer, source, rng, 16)))
    return {f"held_out_{k}": float(np.mean([row[k].item() for row in rows])) for k in rows[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--encoder", type=Path, default=Path("runs/encoder/last.pt"))
    parser.add_argument("--out", type=Path, default=Path("runs/reasoner"))
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--begin", type=Path, help="an earlier network to start from, word by word")
    args = parser.parse_args()
    config, tokenizer = Config(), Tokenizer()
    torch.manual_seed(0)
    network = Network(config, len(tokenizer))
    source, held_out = with_features(args.data / "train"), with_features(args.data / "test")
    if not source or not held_out:
        raise SystemExit("no features: run `python -m stages.features` first, for both splits")

    def fresh() -> None:
        if args.begin:
            begin(network, tokenizer, load(args.begin))
        tie(network, tokenizer)

    def figures() -> dict[str, float]:
        source[:] = with_features(args.data / "train")   # there may be more by now
        return measure(network, config, tokenizer, held_out)

    fit(network, trained_encoder(config, args.encoder), args.out, args.steps, args.rate,
        lambda rng: draw(config, tokenizer, source, rng, args.batch), terms_of, fresh, figures, words=tokenizer.words)


if __name__ == "__main__":
    main()
