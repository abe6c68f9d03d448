"""Twins of the network in the orders of the three paradigms, on one budget: `python -m stages.paradigms --order batch`.

Streamed (two caches; frames never wait for words), interleaved (one cache, in strict turn) and batch (one cache, all
frames, then all words) are trained on the same clips for as many steps, from the same encoder. Nothing leaves a window
(but silence, where text has a cache of its own) and questions come at the end, so that the order is all that differs.
With `--report` every twin narrates held-out clips by itself and answers on top of what it said; ../docs/paradigms.md is
written.
"""
from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from language.parse import parse
from language.questions import ask
from language.tokenizer import Tokenizer
from network.config import Config
from network.model import Network
from network.one_cache import OneCache, join
from network.sequence import Branch, build, build_afterwards, collate

from .checkpoint import load, precision
from .evaluate import match, near
from .features import FEATURES, trained_encoder
from .fit import fit
from .movers import Movers
from .paradigm_narrator import NEVER, ORDERS, narrate
from .presence import Presence
from .reasoner import stretches, targets_of, terms_of, tie
from .shards import shards
from .telling import LATE, late, tell, truth, unit_ends

QUESTIONS, BATCH = 8, 16
TITLES = {"none": "unanswerable ones", "now": "is something moving now", "time": "times"}
OUT = Path(__file__).parents[2] / "docs/paradigms.md"


def twin(config: Config, tokenizer: Tokenizer, order: str) -> Network:
    torch.manual_seed(0)
    return (Network if order == "streamed" else OneCache)(config, len(tokenizer))


def at_the_end(rng: np.random.Generator, tokenizer: Tokenizer, events: list[list], present: Presence, count: int):
    """The thoughts of a whole clip, and questions at its end."""
    piece = tell(rng, tokenizer, events, present, 0, NEVER, False)
    last = len(events) - 1
    asked = [ask(rng, piece.seen(tokenizer, last, last)) for _ in range(count)]
    return piece.thoughts, [Branch(last, last, tokenizer.encode(a.question), tokenizer.encode(a.answer)) for a in asked], asked


def draw(config: Config, tokenizer: Tokenizer, source: list, rng: np.random.Generator, order: str):
    chosen = stretches(config, source, rng, BATCH)
    lateness = 0.0 if order == "batch" else LATE   # who has seen all of it has missed nothing at its moment
    told = [at_the_end(rng, tokenizer, late(rng, one.events, lateness), one.present, QUESTIONS)[:2] for one in chosen]
    features = torch.stack([one.features for one in chosen]).to(precision())
    classes = torch.stack([targets_of(one.events) for one in chosen])
    scripts = [(build_afterwards if order == "batch" else build)(*t) for t in told]
    if order == "streamed":
        times = np.arange(features.shape[1], dtype=np.float64)
        clip, wanted = collate(features, scripts, [times] * BATCH, NEVER, NEVER)
    else:
        clip, wanted = join(features, scripts, order == "interleaved")
    return clip, wanted, classes, Movers.join([one.movers for one in chosen])


def train(config: Config, tokenizer: Tokenizer, args: argparse.Namespace) -> None:
    source, network = shards(args.data / "train", *FEATURES), twin(config, tokenizer, args.order)
    fit(network, trained_encoder(config, args.encoder), args.out / args.order, args.steps, args.rate,
        lambda rng: draw(config, tokenizer, source, rng, args.order), terms_of, lambda: tie(network, tokenizer))


Row = dict[str, tuple[float, float]]
"""Of one clip: what was right, and of how many."""


def score(config: Config, tokenizer: Tokenizer, order: str, network: Network, source: list, clips: int, batch: int = 50) -> list[Row]:
    """Every clip's hits by question family, and of its events (twice the hits, and clauses said plus happened)."""
    index = [(shard, i) for shard in source for i in range(len(shard))][:clips]
    rows: list[Row] = []
    for start in tqdm(range(0, len(index), batch), desc=order):
        part = index[start:start + batch]
        features = torch.stack([torch.from_numpy(s.features(i)).float() for s, i in part])
        features = features.unflatten(1, (-1, config.frames_per_unit))
        truths = [truth(config, shard, i) for shard, i in part]
        asked = [at_the_end(np.random.default_rng(start + b), tokenizer, *true, QUESTIONS) for b, true in enumerate(truths)]
        said, answers = narrate(network, order, features, [branches for _, branches, _ in asked])
        ends = unit_ends(config, features.shape[1])
        for (events, _), (_, branches, questions), told, given in zip(truths, asked, said, answers):
            clauses = [(float(ends[u]), (c.verb, c.place)) for u, words in told for c in parse(tokenizer.decode(words))]
            happened = [(e.t, (e.verb, e.place)) for unit in events for e in unit]
            tally: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
            tally["events"] = [2.0 * match(clauses, happened)[0], float(len(clauses) + len(happened))]
            for b, q, g in zip(branches, questions, given):
                right = near(config, b, q, g) if q.since is not None else g == b.answer
                for name in (q.family, "all"):
                    tally[name][0] += right
                    tally[name][1] += 1
            rows.append({k: (v[0], v[1]) for k, v in tally.items()})
    return rows


def without_looking(config: Config, tokenizer: Tokenizer, source: list, clips: int) -> list[Row]:
    """What the commonest true answer of each kind of question would score; of events nothing is told."""
    index = [(shard, i) for shard in source for i in range(len(shard))][:clips]
    asked = [at_the_end(np.random.default_rng(n), tokenizer, *truth(config, *one), QUESTIONS)[1:] for n, one in enumerate(index)]
    answers: dict[str, Counter] = defaultdict(Counter)
    for branches, questions in asked:
        for b, q in zip(branches, questions):
            answers[q.kind][tuple(b.answer)] += 1
    rows: list[Row] = []
    for branches, questions in asked:
        tally: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for b, q in zip(branches, questions):
            common = list(answers[q.kind].most_common(1)[0][0])
            for name in (q.family, "all"):
                tally[name][0] += near(config, b, q, common) if q.since is not None else common == b.answer
                tally[name][1] += 1
        rows.append({k: (v[0], v[1]) for k, v in tally.items()})
    return rows


def resampled(rows: list[Row], name: str) -> tuple[float, np.ndarray]:
    """A share, and what it would be of 1000 other draws of as many clips: the same draws for every twin."""
    pairs = np.array([row.get(name, (0.0, 0.0)) for row in rows])
    picks = np.random.default_rng(0).integers(len(pairs), size=(1000, len(pairs)))
    sums = pairs[picks].sum(1)
    return float(pairs[:, 0].sum() / max(pairs[:, 1].sum(), 1e-9)), sums[:, 0] / np.maximum(sums[:, 1], 1e-9)


def share(rows: list[Row], name: str) -> tuple[float, float, float]:
    """A share with its 95 % interval, by a bootstrap over clips."""
    value, others = resampled(rows, name)
    return value, *map(float, np.quantile(others, [0.025, 0.975]))


def difference(rows: list[Row], less: list[Row], name: str) -> tuple[float, float, float]:
    """Of two twins' shares on the same clips, with its 95 % interval."""
    (a, drawn), (b, drawn_less) = resampled(rows, name), resampled(less, name)
    return a - b, *map(float, np.quantile(drawn - drawn_less, [0.025, 0.975]))


def scored(config: Config, tokenizer: Tokenizer, order: str, args: argparse.Namespace) -> dict:
    """A twin's rows, and its step: from its file if that is of this state and as many clips, else by scoring it now."""
    state, file = load(args.out / order / "last.pt"), args.out / order / "rows.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    if (kept.get("step"), kept.get("clips")) != (state["step"], args.clips):
        network = twin(config, tokenizer, order)
        network.load_state_dict(state["network"])
        rows = score(config, tokenizer, order, network.eval(), shards(args.data / "test", *FEATURES), args.clips)
        kept = {"step": state["step"], "clips": args.clips, "rows": rows}
        file.write_text(json.dumps(kept) + "\n")
    return kept


def report(config: Config, tokenizer: Tokenizer, args: argparse.Namespace) -> None:
    found = {order: scored(config, tokenizer, order, args) for order in ORDERS if (args.out / order / "last.pt").exists()}
    rows, steps = {order: one["rows"] for order, one in found.items()}, {order: one["step"] for order, one in found.items()}
    families = sorted({name for found in rows.values() for row in found for name in row} - {"events", "all"})
    named = {"events": "event clauses by verb and place, F1", **{n: f"questions: {TITLES.get(n, n)}" for n in families}, "all": "all questions"}
    others = [order for order in rows if order != "streamed"]
    blind = without_looking(config, tokenizer, shards(args.data / "test", *FEATURES), args.clips)
    table = ["| | " + " | ".join(rows) + " | baseline |", "|---|" + "---|" * (len(rows) + 1)]
    less = ["| | " + " | ".join(f"minus {order}" for order in others) + " |", "|---|" + "---|" * len(others)]
    for name, title in named.items():
        table.append(f"| {title} | " + " | ".join("{:.3f} ({:.3f}–{:.3f})".format(*share(of, name)) for of in rows.values())
                     + (f" | {share(blind, name)[0]:.3f} |" if name != "events" else " | – |"))
        apart = [difference(rows["streamed"], rows[order], name) for order in others]
        cells = ["{:+.3f} ({:+.3f} to {:+.3f}){}".format(*d, ", better" if d[1] > 0 else ", worse" if d[2] < 0 else "") for d in apart]
        less.append(f"| {title} | " + " | ".join(cells) + " |")
    figures = {order: {name: share(of, name) for name in named} for order, of in rows.items()}
    (args.out / "report.json").write_text(json.dumps({"steps": steps, "clips": args.clips, "figures": figures}, indent=2) + "\n")
    args.report.write_text("\n".join([
        "# The three paradigms, a network trained for each", "",
        "Written by `python -m stages.paradigms --report` in `training/`.", "",
        "The three paradigms are three orders in which a model may see and think. *Streamed*: it thinks about each unit of video while the",
        "next ones arrive. *Interleaved*: it sees a unit, thinks, then sees the next. *Batch*: it sees the whole video, then thinks.", "",
        "Here one twin of the network was trained from scratch for each order, with the same encoder, on the same clips, for the same number",
        f"of steps ({', '.join(f'{o} {n}' for o, n in steps.items())}; {BATCH} clips each). These are few steps beside those of the bundled model, so all twins",
        f"were still learning. They were scored on {min(map(len, rows.values()))} held-out clips of 32 s with {QUESTIONS} questions at the end of each.",
        "Every twin narrates by itself and answers on top of what it said. An answer is right if it matches word for word, a",
        "duration if it is within a second. The baseline always guesses the commonest answer to that kind of question. Brackets hold 95 % confidence",
        "intervals (bootstrap over clips).", "",
        "The twins are there to compare the orders, and for nothing else: none is shipped, and their figures are not those of the bundled model. On which",
        "world, at which size and with which encoder they learned is written in [training/README.md](../training/README.md#evaluate-and-export).", "",
        *table, "",
        "Streamed minus each of the others, on the same clips. It is called better or worse where the interval excludes zero:", "", *less, "",
        "This compares what each twin knows once the video is over. How long one waits for an answer is in the",
        "[benchmarks](benchmarks/README.md). Batch says nothing before the video ends.", ""]))
    print(args.report.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--order", choices=ORDERS)
    parser.add_argument("--score", choices=ORDERS, help="scores one twin beforehand, for --report: two can be scored at once")
    parser.add_argument("--report", type=Path, nargs="?", const=OUT, help="scores the twins that are there")
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--encoder", type=Path, default=Path("runs/encoder/last.pt"))
    parser.add_argument("--out", type=Path, default=Path("runs/paradigms"))
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1e-3)
    args = parser.parse_args()
    config, tokenizer = Config(), Tokenizer()
    if args.order:
        train(config, tokenizer, args)
    if args.score:
        scored(config, tokenizer, args.score, args)
    if args.report:
        report(config, tokenizer, args)


if __name__ == "__main__":
    main()
