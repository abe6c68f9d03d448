"""Narrates held-out clips and scores them: `python -m stages.evaluate --clips 200 [--calibrate]`.

Event clauses: a said clause counts when one of the same verb and place happened within a second. Answers stand
beside the share of the most frequent answer to the same kind of question. `--calibrate` tries skip biases first,
on clips that are not scored.
"""
from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch

from language.parse import parse
from language.questions import Asked
from language.thoughts import VERBS
from language.tokenizer import CLOCK, SPECIAL, Tokenizer
from network.config import Config
from network.model import Network
from network.sequence import Branch

from .export import load_network
from .features import FEATURES, features_of
from .narrate import ANSWER_TOKENS, answer, as_served
from .shards import shards
from .telling import branches, tell, truth, unit_ends

TOLERANCE_S = 1.0


def match(said: list[tuple[float, tuple]], happened: list[tuple[float, tuple]]) -> tuple[int, list[float]]:
    """One to one, nearest first. Returns how many fit, and their errors in time (s)."""
    pairs = sorted((abs(s[0] - h[0]), i, j) for i, s in enumerate(said) for j, h in enumerate(happened)
                   if s[1] == h[1] and abs(s[0] - h[0]) <= TOLERANCE_S)
    used_s, used_h, errors = set(), set(), []
    for error, i, j in pairs:
        if i not in used_s and j not in used_h:
            used_s.add(i)
            used_h.add(j)
            errors.append(error)
    return len(errors), errors


def f1(hits: int, said: int, happened: int) -> float:
    return 2 * hits / max(1, said + happened)


def near(config: Config, branch: Branch, asked: Asked, given: list[int]) -> bool:
    """Whether the clock token of an answer is within a second of the truth (the rest has to be the same)."""
    clocks = [t for t in given if len(SPECIAL) <= t < len(SPECIAL) + CLOCK]
    words = [t for t in given if t not in clocks]
    if len(clocks) != 1 or words != [t for t in branch.answer if not len(SPECIAL) <= t < len(SPECIAL) + CLOCK]:
        return False
    ago = (branch.now - (clocks[0] - len(SPECIAL))) % CLOCK * config.unit_seconds
    end = unit_ends(config, branch.now + 1)[-1]
    return abs(ago - (end - asked.since)) <= 1.0


class Evaluation:
    """The held-out clips, narrated in batches with one skip bias."""

    def __init__(self, network: Network, tokenizer: Tokenizer, source, clips: range, skip_bias: float, batch: int = 50):
        self.config, self.tokenizer = network.config, tokenizer
        self.items = []
        c = self.config
        index = [(shard, i) for shard in source for i in range(len(shard))][clips.start:clips.stop]
        for start in range(0, len(index), batch):
            part = index[start:start + batch]
            features = features_of(c, part)
            thoughts = as_served(network, features, skip_bias)
            for (shard, i), f, t in zip(part, features, thoughts):
                events, present = truth(c, shard, i)
                self.items.append({"shard": shard, "clip": i, "features": f, "thoughts": t, "events": events, "present": present})

    def events(self, with_colour: bool = False) -> dict:
        hits = said_total = happened_total = quiet_said = 0
        quiet_s, errors = 0.0, []
        by_verb: dict[str, Counter] = defaultdict(Counter)
        for item in self.items:
            ends = unit_ends(self.config, len(item["thoughts"]))
            key = (lambda c: (c.verb, c.place, c.colour, c.other)) if with_colour else (lambda c: (c.verb, c.place))
            said = [(float(ends[u]), key(c)) for u, thought in enumerate(item["thoughts"]) for c in parse(self.tokenizer.decode(thought.words))]
            true = [(e.t, key(e)) for unit in item["events"] for e in unit]
            n, err = match(said, true)
            hits, said_total, happened_total = hits + n, said_total + len(said), happened_total + len(true)
            errors += err
            for verb in VERBS:
                s, h = [x for x in said if x[1][0] == verb], [x for x in true if x[1][0] == verb]
                by_verb[verb].update(hits=match(s, h)[0], said=len(s), happened=len(h))
            times = [e.t for unit in item["events"] for e in unit]
            quiet = [u for u, end in enumerate(ends) if all(abs(end - t) > TOLERANCE_S for t in times)]
            quiet_s += len(quiet) * self.config.unit_seconds
            quiet_said += sum(1 for u in quiet if item["thoughts"][u].words)
        return {
            "f1": round(f1(hits, said_total, happened_total), 3), "precision": round(hits / max(1, said_total), 3),
            "recall": round(hits / max(1, happened_total), 3),
            "by_verb": {v: round(f1(c["hits"], c["said"], c["happened"]), 3) for v, c in by_verb.items()},
            "timing_error_s": {"median": round(float(np.median(errors or [0])), 2), "p90": round(float(np.quantile(errors or [0], 0.9)), 2)},
            "false_thoughts_per_quiet_minute": round(60 * quiet_said / max(1.0, quiet_s), 2),
            "clips": len(self.items), "events": happened_total,
        }

    def answers(self, network: Network, seed: int = 5, per_clip: int = 12, batch: int = 25) -> dict:
        rng = np.random.default_rng(seed)
        rows: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for start in range(0, len(self.items), batch):
            part = self.items[start:start + batch]
            pieces = [tell(rng, self.tokenizer, i["events"], i["present"], 0, self.config.recap_tokens, False) for i in part]
            asked, questions = zip(*[branches(rng, self.tokenizer, p, per_clip) for p in pieces])
            times = np.arange(len(part[0]["thoughts"]), dtype=np.float64)
            given, _ = answer(network, torch.stack([i["features"] for i in part]), times, [i["thoughts"] for i in part],
                           list(asked), self.config.visual_window_units, self.config.text_window_tokens, ANSWER_TOKENS)
            for qs, ks, gs in zip(asked, questions, given):
                for q, k, g in zip(qs, ks, gs):
                    true = self.tokenizer.decode(q.answer)
                    said = true if k.since is not None and near(self.config, q, k, g) else self.tokenizer.decode(g)
                    rows[k.kind].append((true, said))
                    rows["all " + k.family].append((true, said))
        return {kind: {"accuracy": round(float(np.mean([t == g for t, g in pairs])), 3),
                       "majority": round(Counter(t for t, _ in pairs).most_common(1)[0][1] / len(pairs), 3), "asked": len(pairs)}
                for kind, pairs in sorted(rows.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/reasoner/last.pt"))
    parser.add_argument("--clips", type=int, default=50)
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--split", choices=("test", "combinations"), default="test")
    parser.add_argument("--skip-bias", type=float, default=0.0)
    parser.add_argument("--out", type=Path, default=Path("runs/evaluation.json"))
    args = parser.parse_args()
    tokenizer = Tokenizer()
    network = load_network(args.checkpoint, Config(), tokenizer)
    source = shards(args.data / args.split, *FEATURES)
    bias = args.skip_bias
    if args.calibrate:
        scores = {b: Evaluation(network, tokenizer, source, range(args.clips, args.clips + 50), b).events() for b in (0.5, 0.0, -0.5, -1.0, -1.5)}
        for b, score in scores.items():
            print(b, json.dumps(score), flush=True)
        bias = max(scores, key=lambda b: scores[b]["f1"])
    evaluation = Evaluation(network, tokenizer, source, range(args.clips), bias)
    report = {"skip_bias": bias, "events": evaluation.events(), "events_with_colour": evaluation.events(True), "answers": evaluation.answers(network)}
    args.out.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
