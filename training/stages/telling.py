"""How a clip is told and asked about in training: its thoughts, some of them late, and questions at random moments."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np

from language.questions import COLOURS, SHADES, TIMED, Asked, Seen, ask
from language.tally import Tally, thought
from language.themes import RARE, Gist
from language.thoughts import CAME, CLASSES, MIRRORED, PLURALS, SCENE, by_unit, clause
from language.tokenizer import Tokenizer
from network.config import Config
from network.sequence import Branch, Script, Thought, build

from .presence import PRESENCE, Presence
from .shards import Shard

QUESTIONS = 6
"""Of every piece; more where a batch's longest text leaves room."""
USUAL_QUESTION_TOKENS = 12
TIMED_SHARE = 0.2
"""Of questions in training that are about times, beside those that are so by chance."""
LATE = 0.2
"""Chance of an event to be told a unit later than it could be, and again there. Who has only ever read narrations without
a gap does not tell of what was missed at its moment, however plain it has become since."""

SLIPPERY, SLIPS = 0.3, 0.25
"""Share of pieces in which a colour is now and then said wrong, and how often in those. Who has only ever read what is right
tells again, in another colour, whom it has told in a wrong one."""


def unit_ends(config: Config, units: int) -> np.ndarray:
    """Time of each unit's last frame (s)."""
    return (np.arange(1, units + 1) * config.frames_per_unit - 1) / config.fps


def truth(config: Config, shard: Shard, clip: int) -> tuple[list[list], Presence]:
    """Events of each unit, and what is there in its last frame."""
    present = Presence(*(np.array(shard.array(name)[clip]) for name in PRESENCE))
    return by_unit(shard.events(clip), unit_ends(config, len(present))), present


@dataclass(frozen=True)
class Piece:
    """A stretch of a clip as it is told: events of each unit, thoughts, and what a question may rest on."""
    events: list[list]
    thoughts: list[Thought]
    present: Presence
    base: Tally
    clocks: list[int]
    told: dict[int, int] = field(default_factory=dict)
    """The units in which events were told, by their ids, where it was not in their own."""

    @property
    def tokens(self) -> int:
        return sum(t.tokens for t in self.thoughts)

    def seen(self, tokenizer: Tokenizer, unit: int, now: int) -> Seen:
        told = {id(e): u for u, happened in enumerate(self.events[:unit + 1]) for e in happened}
        told |= {event: u for event, u in self.told.items() if u <= unit}
        return Seen([e for u in self.events[:unit + 1] for e in u], bool(self.present.moving[now]), self.present.kinds(now), self.base,
                    lambda e: tokenizer.words[self.clocks[told[id(e)]]])


def before_the_clip(rng: np.random.Generator) -> Tally:
    """What a stream may have come to already."""
    came, went, stopped = ({k: int(min(99, rng.exponential(rng.choice([2, 10, 40])))) for k in PLURALS if rng.random() < share} for share in (0.6, 0.6, 0.3))
    went, stopped = ({k: min(n, came.get(k, 0)) for k, n in counts.items()} for counts in (went, stopped))
    verb, place = CLASSES[int(rng.integers(len(CLASSES) - len(SCENE)))]
    (colour, kind), other = ((str(rng.choice(COLOURS)), str(rng.choice(list(PLURALS)))) for _ in range(2))
    if verb in CAME:
        came[kind] = max(1, came.get(kind, 0))
    first = clause(SimpleNamespace(verb=verb, place=place, colour=colour, kind=kind, other=other, size=None))
    rarest = str(rng.choice(RARE)) if stopped.get("car") or rng.random() < 0.5 else None
    kinds = Counter({k: 3 * n for k, n in came.items()})
    return Tally(Counter(came), Counter(went), Counter(stopped), first, Gist(rarest, kinds))


def late(rng: np.random.Generator, events: list[list], chance: float) -> list[list]:
    """Events of each unit as they are told by somebody slow; what is still to be told at the end is left out."""
    told: list[list] = []
    waiting: list = []
    for happened in events:
        now = [*waiting, *happened]
        waiting = [e for e in now if rng.random() < chance]
        told.append([e for e in now if not any(e is w for w in waiting)])
    return told


def mirrored(events: list[list]) -> list[list]:
    """Events of each unit as they are in a mirror."""
    return [[replace(e, place=MIRRORED.get(e.place, e.place)) for e in happened] for happened in events]


def tell(rng: np.random.Generator, tokenizer: Tokenizer, events: list[list], present: Presence, clock: int, every: int, under_way: bool) -> Piece:
    """The thoughts of a clip whose first unit has the given clock (units); a recap about every so many tokens."""
    base = before_the_clip(rng) if under_way and not events[0] else Tally()
    tally = base.copy()
    clocks = [tokenizer.clock(clock + u) for u in range(len(events))]
    thoughts, tokens = [], 0
    for unit, happened in enumerate(events):
        words = tokenizer.encode(thought(happened, tally))
        tokens += len(words) + 1 if words else 0
        given = unit == 0 and base.first is not None
        recap = tokenizer.encode(tally.recap()) if given or tokens >= every else None
        tokens = 0 if recap is not None else tokens
        thoughts.append(Thought(words, clocks[unit], recap, given))
    return Piece(events, thoughts, present, base, clocks)


def slipping(rng: np.random.Generator, tokenizer: Tokenizer, piece: Piece) -> Piece:
    """Some pieces with wrong colours in what was said, though not in what should have been."""
    if rng.random() >= SLIPPERY:
        return piece
    colours = [tokenizer.index[c] for c in (*COLOURS, *SHADES)]

    def said(words: Sequence[int]) -> list[int]:
        return [int(rng.choice(colours)) if word in colours and rng.random() < SLIPS else word for word in words]

    return replace(piece, thoughts=[replace(t, slipped=said(t.words)) for t in piece.thoughts])


def tell_as_people_do(rng: np.random.Generator, tokenizer: Tokenizer, events: list[list], present: Presence, clock: int, every: int, lateness: float) -> Piece:
    """What training learns from: some events late, in some pieces colours wrong; without lateness neither, which is what it is measured by."""
    piece = tell(rng, tokenizer, late(rng, events, lateness), present, clock, every, rng.random() < 0.5)
    return slipping(rng, tokenizer, piece) if lateness else piece


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
    """A piece with its questions, and as many more as fit into so many tokens; one that slips is asked none: what was said wrong
    is no ground for what is right."""
    if any(t.slipped is not None for t in piece.thoughts):
        return build(piece.thoughts)
    asked, _ = branches(rng, tokenizer, piece, QUESTIONS, TIMED_SHARE)
    room -= piece.tokens + sum(b.tokens for b in asked)
    while room > 0:
        more, _ = branch(rng, tokenizer, piece, TIMED_SHARE)
        room -= more.tokens
        if room >= 0:
            asked.append(more)
    return build(piece.thoughts, asked)
