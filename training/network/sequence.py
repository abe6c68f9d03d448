"""A clip's text as training sees it: the narration, and questions as branches of their own that see its past."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from language.tokenizer import ANSWER, END_ANSWER, END_THINK, NARRATE, PAD, QUESTION, RECAP, SKIP

from .model import Clip
from .positions import NOWHERE, SINK, silence, text_ranges, text_view, visual_view

NO_TARGET = -100


@dataclass(frozen=True)
class Thought:
    """What is said about a unit, and the clock token that closes it if it is anything."""
    words: Sequence[int]
    clock: int
    recap: Sequence[int] | None = None
    """What was counted so far, said after the words because it was asked for."""
    given: bool = False
    """The recap tells of what was before the clip: nothing to learn from."""
    slipped: Sequence[int] | None = None
    """The words as they were said, if that was not what should have been."""
    better: Sequence[int] | None = None
    """What should have been said instead, word after word: learned beside what was said, which teaches nothing then."""

    @property
    def tokens(self) -> int:
        """How many are fed for it."""
        return (1 + len(self.words) + (2 + len(self.recap) if self.recap is not None else 0)
                + (1 + len(self.better) if self.better is not None else 0))

    @property
    def closing(self) -> int:
        """The token that is fed once the next unit has landed."""
        return END_THINK if self.recap is not None else self.spoken

    @property
    def spoken(self) -> int:
        return self.clock if self.words else SKIP


@dataclass(frozen=True)
class Branch:
    """A question asked when `unit` was the newest thought; `now` is the newest unit that it sees."""
    unit: int
    now: int
    question: list[int]
    answer: list[int]
    complete: bool = True
    """Whether the answer's end is part of the target."""

    @property
    def tokens(self) -> int:
        """How many are fed for it."""
        return 2 + len(self.question) + len(self.answer)


@dataclass
class Script:
    """Tokens in the order of the dense pass, with what each sees."""
    tokens: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    sees: list[int] = field(default_factory=list)
    parents: dict[int, range] = field(default_factory=dict)

    def add(self, token: int, target: int, group: int, position: int, sees: int) -> None:
        self.tokens.append(token)
        self.targets.append(target)
        self.groups.append(group)
        self.positions.append(position)
        self.sees.append(sees)


def closed(words: Sequence[int]) -> list[int]:
    """What is wanted after a unit has landed: the words and their end, or a skip."""
    return [*words, END_THINK] if words else [SKIP]


def build(thoughts: Sequence[Thought], branches: Sequence[Branch] = ()) -> Script:
    """A unit's closing token is fed once the next unit has landed; silence that goes on is not remembered."""
    s = Script()
    after: list[int] = []
    kept = 0
    for unit, thought in enumerate(thoughts):
        fed = [NARRATE if unit == 0 else thoughts[unit - 1].closing, *(thought.slipped or thought.words)]
        wanted = closed(thought.words) if thought.better is None else [NO_TARGET] * (len(thought.words) + 1)
        if thought.recap is not None:
            fed += [thought.spoken, RECAP, *thought.recap]
            said = [*thought.recap, END_THINK]
            wanted += [NO_TARGET, *([NO_TARGET] * len(said) if thought.given else said)]
        group = silence(unit) if fed == [SKIP] else unit
        for i, (token, target) in enumerate(zip(fed, wanted)):
            s.add(token, target, SINK if unit == 0 and i == 0 else group, kept + i, unit)
        s.parents[group] = range(unit)
        kept += len(fed) if group == unit else 0
        after.append(kept)
    add_branches(s, branches, len(thoughts), after)
    add_better(s, thoughts, len(thoughts) + len(branches), after)
    return s


def add_better(s: Script, thoughts: Sequence[Thought], group: int, after: Sequence[int]) -> None:
    """What should have been said about a unit as a group of its own, from this number on, where the unit's own begins. About the
    first unit there is none: its first token is the sink."""
    for unit, thought in enumerate(thoughts):
        if thought.better is None or unit == 0:
            continue
        for i, (token, target) in enumerate(zip([thoughts[unit - 1].closing, *thought.better], closed(thought.better))):
            s.add(token, target, group, after[unit - 1] + i, unit)
        s.parents[group] = range(unit)
        group += 1


def add_branches(s: Script, branches: Sequence[Branch], units: int, after: Sequence[int]) -> None:
    """Every question as a group of its own, behind the units' groups; `after`: the position behind each unit's words."""
    for i, b in enumerate(branches):
        group = units + i
        fed = [QUESTION, *b.question, ANSWER, *b.answer]
        silent = [NO_TARGET] * (len(b.question) + 1)
        wanted = [*silent, *b.answer, END_ANSWER if b.complete else NO_TARGET]
        for k, (token, target) in enumerate(zip(fed, wanted)):
            s.add(token, target, group, after[b.unit] + k, b.now)
        s.parents[group] = range(b.unit + 1)


def build_afterwards(thoughts: Sequence[Thought], branches: Sequence[Branch]) -> Script:
    """All frames first: then what happened, each thought closed by its time, which has to be told too."""
    s = Script()
    last = len(thoughts) - 1
    said = [token for t in thoughts if t.words for token in (*t.words, t.clock)]
    for token, target in zip([NARRATE, *said], [*said, END_THINK]):
        s.add(token, target, last, len(s.tokens), last)
    add_branches(s, branches, len(thoughts), [len(s.tokens)] * len(thoughts))
    return s


COLUMNS = ("token", "target", "group", "position", "sees", "low", "high", "sink")
"""Of a packed script: each token, the one wanted next, and what it sees."""


def pack(script: Script, text_window: int, length: int | None = None) -> np.ndarray:
    """A script as [T,8] int16, by `COLUMNS`; padded, or cut behind its last questions, to a length if one is given."""
    groups, positions = np.array(script.groups), np.array(script.positions)
    held = set(script.groups)
    ranges = text_ranges(groups, positions, {g: p for g, p in script.parents.items() if g in held}, text_window)
    rows = np.stack([script.tokens, script.targets, groups, positions, script.sees, ranges.low, ranges.high, ranges.sink_position], 1).astype(np.int16)
    if length is None:
        return rows
    padding = np.array([PAD, NO_TARGET, NOWHERE, 0, 0, 0, -1, 0], np.int16)
    return np.concatenate([rows[:length], np.tile(padding, (max(0, length - len(rows)), 1))])


def unpack(features: torch.Tensor, packed: torch.Tensor, times: torch.Tensor, visual_window: torch.Tensor | int) -> tuple[Clip, torch.Tensor]:
    """Clips of packed scripts [B,T,8], whose units are at times [B,U] (units); wherever the tensors are. Also the targets [B,T]."""
    token, target, group, position, sees, low, high, sink = packed.long().unbind(-1)
    text = text_view(group, low, high, sink)
    seen = visual_view(sees, times, visual_window)
    units = visual_view(torch.arange(times.shape[1], device=times.device).expand(len(times), -1), times, visual_window)
    return Clip(features=features, unit_position=times, unit_sink=units.sink_position, unit_window=units.window,
                tokens=token, position=position, token_sink=text.sink_position, token_window=text.window,
                sees_position=times.gather(1, sees), sees_sink=seen.sink_position, sees_window=seen.window), target


def collate(features: torch.Tensor, scripts: list[Script], times: list[np.ndarray], visual_window: int, text_window: int
            ) -> tuple[Clip, torch.Tensor]:
    """Pads to the longest text. Returns the batch and its targets [B,T]."""
    longest = max(len(s.tokens) for s in scripts)
    packed = torch.from_numpy(np.stack([pack(s, text_window, longest) for s in scripts]))
    return unpack(features, packed, torch.from_numpy(np.stack(times)).double(), visual_window)
