"""Trains the two stacks on what the encoder sees: `python -m stages.reasoner --steps 5000`. Resumes by itself."""
from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from language.thoughts import CAME, MOST, WENT, event_class
from language.tokenizer import CLOCK, SKIP, SPECIAL, Tokenizer
from network.config import Config
from network.encoder import COLOURS, KINDS, blocks_of
from network.model import EVENT_CLASSES, ROLES, Network
from network.sequence import NO_TARGET, collate
from world.colours import KINDS as KIND_NAMES
from world.colours import TOLD

from .checkpoint import load, mixed_precision, precision, start_from
from .correcting import Row, corrected
from .features import FEATURES, trained_encoder
from .fit import fit
from .movers import Movers, mover_losses, movers_of
from .presence import Presence
from .shards import OWN, Shard, shards
from .side_by_side import join
from .telling import LATE, QUESTIONS, USUAL_QUESTION_TOKENS, Piece, script, tell_as_people_do, truth
from .unserved import is_unserved

SHORTEST_UNITS = 16
CLOCK_WEIGHT, SKIP_WEIGHT = 2.0, 0.5
CLOCK_RADIUS = 3.0
HEAD_SCALE = 0.05
"""What a head's weights are to an embedding's, as both begin."""


def targets_of(events: list[list]) -> torch.Tensor:
    """What the visual tokens of each unit shall know: verbs and places, colours and kinds by role. [U,E]."""
    target = torch.zeros(len(events), EVENT_CLASSES + ROLES * (COLOURS + KINDS))
    for u, happened in enumerate(events):
        for e in happened:
            target[u, event_class(e)] = 1
            if e.colour:
                role = 0 if e.verb in CAME else 1 if e.verb in WENT else 2
                target[u, EVENT_CLASSES + role * COLOURS + TOLD.index(e.colour)] = 1
                target[u, EVENT_CLASSES + ROLES * COLOURS + role * KINDS + KIND_NAMES.index(e.kind)] = 1
    return target


@dataclass(frozen=True)
class Stretch:
    """Units of a clip in a row."""
    features: torch.Tensor   # [U,F,C,G,G]
    events: list[list]
    present: Presence
    movers: Movers
    own: list[Row]   # what a network said of it by itself, where that was asked for


def stretches(config: Config, source: list[Shard], rng: np.random.Generator, count: int, own: bool = False, longest: int | None = None) -> list[Stretch]:
    """As many from clips at random, all of one length, each from a moment of its own, or with a network's own narration: from where
    that begins. longest: units, instead of those of a clip."""
    found: list[Stretch] = []
    for _ in range(count):
        shard = source[int(rng.integers(len(source)))]
        clip = int(rng.integers(len(shard)))
        events, present = truth(config, shard, clip)
        if not found:
            length = int(rng.integers(SHORTEST_UNITS, min(len(events), longest or len(events)) + 1))
        start = 0 if own else int(rng.integers(len(events) - length + 1))
        frames = slice(start * config.frames_per_unit, (start + length) * config.frames_per_unit)
        features = torch.from_numpy(shard.features(clip, frames)).unflatten(0, (length, config.frames_per_unit))
        movers = movers_of(shard, clip, start, length)
        found.append(Stretch(features, events[start:start + length], present[start:start + length], movers,
                             shard.own[clip][:length] if own else []))
    return found


def draw(config: Config, tokenizer: Tokenizer, source: list[Shard], rng: np.random.Generator, batch: int, lateness: float = LATE, longest: int | None = None):
    """A batch of stretches as they are told and asked about, from any time of the clock on."""
    text_window = int(rng.integers(config.text_window_tokens // 2, config.text_window_tokens + 1))
    every = int(rng.integers(text_window // 4, text_window // 2 + 1))
    visual_window = int(rng.integers(12, config.visual_window_units + 1))

    def told(one: Stretch, clock: int) -> Piece:
        return tell_as_people_do(rng, tokenizer, one.events, one.present, clock, every, lateness)

    return batch_of(config, tokenizer, rng, stretches(config, source, rng, batch, longest=longest), told, visual_window, text_window)


def draw_own(config: Config, tokenizer: Tokenizer, source: list[Shard], rng: np.random.Generator, batch: int):
    """A batch of beginnings of clips as a network told them by itself, in the windows in which it did, and as it should have."""

    def told(one: Stretch, clock: int) -> Piece:
        return corrected(tokenizer, one.events, one.present, one.own, clock)

    return batch_of(config, tokenizer, rng, stretches(config, source, rng, batch, True), told, config.visual_window_units, config.text_window_tokens)


def batch_of(config: Config, tokenizer: Tokenizer, rng: np.random.Generator, chosen: list[Stretch], told: Callable[[Stretch, int], Piece],
             visual_window: int, text_window: int):
    """told: a stretch by the clock of its first unit (units)."""
    clocks = rng.integers(0, 1000, len(chosen))
    pieces = [told(one, int(clock)) for one, clock in zip(chosen, clocks)]
    times = [np.arange(len(one.events)) + float(clock) for one, clock in zip(chosen, clocks)]
    room = max(p.tokens for p in pieces) + QUESTIONS * USUAL_QUESTION_TOKENS
    scripts = [script(rng, tokenizer, p, room) for p in pieces]
    features = torch.stack([one.features for one in chosen]).to(precision())
    clip, wanted = collate(features, scripts, times, visual_window, text_window)
    return clip, wanted, torch.stack([targets_of(one.events) for one in chosen]), Movers.join([one.movers for one in chosen])


def losses(logits: torch.Tensor, events: torch.Tensor, targets: torch.Tensor, classes: torch.Tensor) -> dict[str, torch.Tensor]:
    weight = torch.ones(logits.shape[-1], device=logits.device)
    weight[SKIP] = SKIP_WEIGHT
    weight[len(SPECIAL):len(SPECIAL) + CLOCK] = CLOCK_WEIGHT
    return {
        "text": F.cross_entropy(logits.flatten(0, 1), targets.flatten(), weight, ignore_index=NO_TARGET),
        "events": 2 * F.binary_cross_entropy_with_logits(events, classes, pos_weight=torch.tensor(4.0, device=events.device)),
    }


def terms_of(network: Network, batch: tuple) -> dict[str, torch.Tensor]:
    """The losses of a batch: what is looked at, the tokens wanted, the event classes, who is there."""
    clip, targets, classes, movers = batch
    with mixed_precision(clip.features.device.type):
        tokens, shares = network.resampler.look(clip.features.flatten(0, 1))
        logits, events = network(clip, tokens)
        said = network.seen_mover(tokens)
    return losses(logits.float(), events.float(), targets, classes) | mover_losses(shares, said, movers)


def resized(config: Config, place: torch.Tensor) -> torch.Tensor:
    """What was learned of each cell's place [F*G*G,C], for as many cells as there are now."""
    frames = config.frames_per_unit
    grid = round((len(place) / frames) ** 0.5)
    picture = place.view(frames, grid, grid, -1).permute(0, 3, 1, 2)
    return F.interpolate(picture, (config.grid, config.grid), mode="bilinear").permute(0, 2, 3, 1).flatten(0, 2)


def begin(network: Network, tokenizer: Tokenizer, earlier: dict) -> None:
    """Takes over an earlier network; its words keep what they mean. What it did not have adds nothing at first."""
    state = earlier["network"]
    added = [] if any(name.startswith("resampler.ask.") for name in state) else [network.resampler.outward_again, network.resampler.mlp_again[-1]]
    for stack in ("visual", "text"):
        for i, layer in enumerate(getattr(network, stack).layers):
            if f"{stack}.layers.{i}.outward.weight" not in state:
                added += [layer.outward, layer.down]
    for parameter in (p for layer in added for p in layer.parameters()):
        nn.init.zeros_(parameter)
    renamed = ("embedding.", "head.") if len(state["seen_events.weight"]) == len(network.seen_events.weight) else ("embedding.", "head.", "seen_events.")
    state = state | {"resampler.place": resized(network.config, state["resampler.place"])}
    start_from(network, {k: v for k, v in state.items() if not k.startswith(renamed)})
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
def measure(network: Network, held_out: Callable[[np.random.Generator], tuple], batches: int,
            terms: Callable[[Network, tuple], dict[str, torch.Tensor]] = terms_of) -> dict[str, float]:
    """The losses on batches of held-out clips, the same ones every time."""
    rng = np.random.default_rng(1)
    network.eval()
    rows = [terms(network, held_out(rng)) for _ in range(batches)]
    network.train()
    return {f"held_out_{k}": float(np.mean([row[k].item() for row in rows])) for k in rows[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--encoder", type=Path, default=Path("runs/encoder/last.pt"))
    parser.add_argument("--out", type=Path, default=Path("runs/reasoner"))
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=16, help="pieces of a step, in each process")
    parser.add_argument("--longest", type=int, metavar="UNITS", help="of a piece: shorter ones show more clips in the same time, and less of what is long past")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--own", type=float, default=0.0, help="share of batches that are told as `stages.own` has written them, and corrected")
    parser.add_argument("--begin", type=Path, help="an earlier network to start from, word by word")
    parser.add_argument("--text-only", action="store_true", help="what looks stays as it is, all but what nothing reads when it is served: few clips would spoil it")
    args = parser.parse_args()
    join()
    encoder, tokenizer = trained_encoder(Config(), args.encoder), Tokenizer()
    config = replace(Config(), encoder_blocks=blocks_of(encoder.state_dict(), Config()))
    torch.manual_seed(0)
    network = Network(config, len(tokenizer))
    if args.text_only:
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(not name.startswith(("resampler.", "visual.")) or is_unserved(name, config.layers))
    source, held_out = shards(args.data / "train", *FEATURES), shards(args.data / "test", *FEATURES)
    if not source or not held_out:
        raise SystemExit("no features: run `python -m stages.features` first, for both splits")

    def drawn(rng: np.random.Generator) -> tuple:
        own = [s for s in source if (s.folder / OWN).exists()] if rng.random() < args.own else []
        return draw_own(config, tokenizer, own, rng, args.batch) if own else draw(config, tokenizer, source, rng, args.batch, longest=args.longest)

    def fresh() -> None:
        if args.begin:
            begin(network, tokenizer, load(args.begin))
        else:
            tie(network, tokenizer)

    def figures(network: Network) -> dict[str, float]:
        source[:] = shards(args.data / "train", *FEATURES)   # there may be more by now
        return measure(network, lambda rng: draw(config, tokenizer, held_out, rng, 16, 0.0), 4)   # told in time

    fit(network, encoder, args.out, args.steps, args.rate, drawn, terms_of, fresh, figures, words=tokenizer.words)


if __name__ == "__main__":
    main()
