"""What a network should have said where its own narration of a clip goes wrong, given what it has said by then."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from language.parse import Clause, parse
from language.tally import Tally
from language.thoughts import CAME, WENT, clause
from language.tokenizer import Tokenizer
from network.sequence import Thought

from .telling import Piece

EARLY, LATEST, TIMELY = 1, 2, 1
"""Units that a clause may come before its event, and after it, to be about it; and up to how many an event is still worth telling:
what is older would be taken for new."""
NUMBER = re.compile(r"an? .*?(\w+) (enters|appears|leaves|vanishes)\b.* #(\d+)")

Row = tuple[Sequence[int], Sequence[int] | None]
"""Words and recap of a unit."""


def told_in(said: list[list[Clause]], events: list[list]) -> dict[int, int]:
    """The unit in which each event was told, by its id: by the nearest clause of its verb and place, rather of its colour and kind."""
    units = {id(e): u for u, happened in enumerate(events) for e in happened}
    told: dict[int, int] = {}
    for unit, clauses in enumerate(said):
        for c in clauses:
            open_ = [e for u in range(max(unit - LATEST, 0), min(unit + EARLY + 1, len(events))) for e in events[u]
                     if id(e) not in told and (e.verb, e.place) == (c.verb, c.place)]
            if open_:
                nearest = min(open_, key=lambda e: ((e.colour, e.kind) != (c.colour, c.kind), abs(units[id(e)] - unit)))
                told[id(nearest)] = unit
    return told


def numbers(text: str) -> list[tuple[str, bool, int]]:
    """Kind, whether it came or went, and the number of each clause that has one."""
    found = (NUMBER.fullmatch(part.strip()) for part in text.split(","))
    return [(m[1], m[2] in CAME, int(m[3])) for m in found if m]


def worded(events: Sequence, counts: Counter) -> str:
    """The clauses of a unit, numbered on from what was counted aloud."""
    clauses = []
    for e in events:
        came, went = e.verb in CAME, e.verb in WENT
        if came or went:
            counts[e.kind, came] += 1
        clauses.append(clause(e, counts[e.kind, came] if came or went else None))
    return " , ".join(clauses)


def corrected(tokenizer: Tokenizer, events: list[list], moving: np.ndarray, own: Sequence[Row], clock: int) -> Piece:
    """A clip as it was told, and beside that what should have been; asked of what was so.

    events: of each unit; own: what was said about each; clock: of the first unit (units).
    """
    texts = [tokenizer.decode(words) for words, _ in own]
    told = told_in([parse(text) for text in texts], events)
    counts: Counter = Counter()
    clocks = [tokenizer.clock(clock + u) for u in range(len(events))]
    thoughts = []
    for unit, (words, recap) in enumerate(own):
        due = [e for u in range(max(unit - TIMELY, 0), unit + 1) for e in events[u] if told.get(id(e), unit) >= unit]
        wanted = tokenizer.encode(worded(due, counts.copy()))
        thoughts.append(Thought(words, clocks[unit], recap, given=True, better=None if list(words) == wanted else wanted))
        for kind, came, number in numbers(texts[unit]):
            counts[kind, came] = number
    return Piece(events, thoughts, moving, Tally(), clocks, told)
