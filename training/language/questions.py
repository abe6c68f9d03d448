"""Questions that a watcher can be asked at any moment, with the answer as far as it has seen."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .thoughts import clause

NOTHING = "nothing yet"
CANNOT = "i cannot tell that"


@dataclass(frozen=True)
class Asked:
    kind: str
    question: str
    answer: str


@dataclass(frozen=True)
class Seen:
    """What has happened up to now. events: in order of time; moving: whether something moves right now."""
    events: list
    moving: bool


NOUNS = {
    "car": (["car", "vehicle"], ["cars", "vehicles"]),
    "person": (["person"], ["people", "persons"]),
    "object": (["object"], ["objects"]),
    None: (["thing", "mover"], ["things", "movers"]),
}
COLOURS = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")


def pick(rng: np.random.Generator, options: list[str]) -> str:
    return options[int(rng.integers(len(options)))]


def noun(rng: np.random.Generator, plural: bool, seen: Seen) -> tuple[str | None, str]:
    kinds = sorted({e.kind for e in seen.events}) or ["car"]
    kind = pick(rng, kinds) if rng.random() < 0.4 else None
    return kind, pick(rng, NOUNS[kind][plural])


def of(seen: Seen, verb: str, kind: str | None) -> list:
    return [e for e in seen.events if e.verb == verb and (kind is None or e.kind == kind)]


def number(count: int) -> str:
    return str(min(count, 9))


def count_in(rng, seen):
    kind, word = noun(rng, True, seen)
    text = pick(rng, ["how many {} entered", "how many {} came in", "how many {} passed", "how many {} have entered so far",
                      "how many {} did you see", "how many {} have passed", "how many {} came by", "count the {}"])
    return Asked("count entered", text.format(word), number(len(of(seen, "enters", kind))))


def count_out(rng, seen):
    kind, word = noun(rng, True, seen)
    text = pick(rng, ["how many {} left", "how many {} have left", "how many {} went out", "how many {} left so far"])
    return Asked("count left", text.format(word), number(len(of(seen, "leaves", kind))))


def which(verb: str, name: str, templates: list[str], answer: Callable) -> Callable:
    """A question about the first or last event of a verb."""

    def ask(rng, seen):
        kind, word = noun(rng, False, seen)
        end, order = (0, "first") if rng.random() < 0.4 else (-1, "last")
        found = of(seen, verb, kind)
        return Asked(name, pick(rng, templates).format(f"{order} {word}"), answer(found[end]) if found else NOTHING)

    return ask


colour = which("enters", "colour", ["what colour was the {}", "what colour was the {} that entered", "what colour is the {}",
                                    "what color was the {}", "which colour did the {} have"], lambda e: e.colour)
direction = which("moves", "direction", ["which way did the {} go", "which way did the {} move", "which direction did the {} go",
                                         "which way did the {} drive", "where did the {} move to",
                                         "in which direction did the {} move"], lambda e: e.place)
origin = which("enters", "entered from", ["where did the {} come from", "where did the {} enter", "from where did the {} come",
                                          "on which side did the {} enter", "from which side did the {} come"], lambda e: e.place)
exit_ = which("leaves", "left at", ["where did the {} leave", "on which side did the {} leave", "where did the {} go out",
                                    "at which side did the {} leave"], lambda e: e.place)


def stopped(rng, seen):
    kind, word = noun(rng, False, seen)
    text = pick(rng, ["did a {} stop", "has a {} stopped", "did any {} stop"]).format(word) if kind or rng.random() < 0.5 \
        else pick(rng, ["did anything stop", "has anything stopped"])
    return Asked("stopped", text, "yes" if of(seen, "stops", kind) else "no")


def was_there(rng, seen):
    present = sorted({e.colour for e in seen.events})
    asked = pick(rng, present) if present and rng.random() < 0.5 else pick(rng, list(COLOURS))
    kind, word = noun(rng, False, seen)
    text = pick(rng, ["was there a {} {}", "did you see a {} {}", "did a {} {} come by"]).format(asked, word)
    if kind is None and rng.random() < 0.4:
        text = pick(rng, ["did you see anything {}", "was there anything {}"]).format(asked)
    there = any(e.colour == asked and (kind is None or e.kind == kind) for e in seen.events)
    return Asked("was there", text, "yes" if there else "no")


def last_event(rng, seen):
    text = pick(rng, ["what happened last", "what was the last event", "what just happened", "what happened"])
    return Asked("what happened", text, clause(seen.events[-1]) if seen.events else NOTHING)


def moving(rng, seen):
    text = pick(rng, ["is anything moving", "is anything moving now", "is something moving", "does anything move now"])
    return Asked("moving now", text, "yes" if seen.moving else "no")


STRANGE = ("[UNK]", "[UNK]", "the", "is", "what", "who", "why", "a", "weather", "name", "time", "car", "do", "you", "tell", "me", "how", "of")


def strange(rng, seen):
    words = [pick(rng, list(STRANGE)) for _ in range(int(rng.integers(2, 9)))]
    words[int(rng.integers(len(words)))] = "[UNK]"
    return Asked("cannot tell", " ".join(words), CANNOT)


MAKERS = (count_in, count_in, count_out, colour, colour, direction, direction, origin, exit_, stopped, was_there, last_event, moving, strange)
EXAMPLES = ("How many cars passed?", "What colour was the last car?", "Which way did the last car go?",
            "Where did the first thing come from?", "Did anything stop?", "What happened last?", "Is anything moving now?")
"""Shown to users; every word of them is in the vocabulary."""


def ask(rng: np.random.Generator, seen: Seen) -> Asked:
    return MAKERS[int(rng.integers(len(MAKERS)))](rng, seen)
