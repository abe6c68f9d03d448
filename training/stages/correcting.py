"""What a network should have said where its own narration of a clip goes wrong, given what it has said by then."""
from __future__ import annotations

from collections.abc import Sequence

from language.parse import Clause, parse
from language.tally import Tally, thought
from language.thoughts import CAME
from language.tokenizer import Tokenizer
from network.sequence import Thought

from .presence import Presence
from .telling import Piece

EARLY, LATEST, TIMELY = 1, 2, 1
"""Units that a clause may come before its event, and after it, to be about it; and up to how many an event is still worth telling:
what is older would be taken for new."""

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


def corrected(tokenizer: Tokenizer, events: list[list], present: Presence, own: Sequence[Row], clock: int) -> Piece:
    """A clip as it was told, and beside that what should have been; asked of what was so.

    events: of each unit; own: what was said about each; clock: of the first unit (units).
    """
    said = [parse(tokenizer.decode(words)) for words, _ in own]
    told = told_in(said, events)
    aloud = Tally()   # wanted is numbered on from what was counted aloud
    clocks = [tokenizer.clock(clock + u) for u in range(len(events))]
    thoughts = []
    for unit, (words, recap) in enumerate(own):
        due = [e for u in range(max(unit - TIMELY, 0), unit + 1) for e in events[u] if told.get(id(e), unit) >= unit]
        wanted = tokenizer.encode(thought(due, Tally(aloud.came, aloud.went)))
        thoughts.append(Thought(words, clocks[unit], recap, given=True, better=None if list(words) == wanted else wanted))
        for c in said[unit]:
            if c.number is not None:
                (aloud.came if c.verb in CAME else aloud.went)[c.kind] = c.number
    return Piece(events, thoughts, present, Tally(), clocks, told)
