"""Who sees what in the dense pass of training, held against a stream that is fed group by group and evicts."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -r requirements.txt")

from language.tokenizer import ANSWER, NARRATE, QUESTION, SKIP
from network.positions import visual_view
from network.sequence import Branch, Thought, build, collate

CLOCK_TOKEN = 20
VISUAL_WINDOW, TEXT_WINDOW = 3, 6


@dataclass
class Stream:
    """A text cache as it is when streaming: a sink, and groups that leave whole, the oldest first."""
    window: int
    groups: list[list[int]] = field(default_factory=list)
    """Positions of the tokens of each group that is remembered."""
    end: int = 1

    def held(self) -> list[list[int]]:
        kept: list[list[int]] = []
        for group in reversed(self.groups):
            if sum(map(len, kept)) + len(group) > self.window:
                break
            kept.insert(0, group)
        return kept

    def feed(self, count: int, forgotten: bool) -> list[tuple[int, set[int], int]]:
        """Feeds a group. Of each token: its position, the positions in its window, and how far behind it the sink stands."""
        before = self.held()
        own = list(range(self.end, self.end + count))
        oldest = before[0][0] if before else own[0]
        rows = [(p, {q for group in before for q in group} | set(own[:i + 1]), p - oldest + 1) for i, p in enumerate(own)]
        if not forgotten:
            self.groups.append(own)
            self.end += count
        return rows


def say(*words: int) -> Thought:
    return Thought(words, CLOCK_TOKEN)


THOUGHTS = [say(30), say(31, 32), say(), say(), say(33, 34, 35), say(36), say(37, 38)]
QUESTIONS = [Branch(1, 1, [40, 41], [50]), Branch(4, 5, [42], [51, 52]), Branch(6, 6, [43], [])]


@pytest.fixture(scope="module")
def clip():
    times = np.arange(len(THOUGHTS), dtype=np.float64)
    features = torch.zeros(1, len(THOUGHTS), 2, 1, 1, 1)
    return collate(features, [build(THOUGHTS, QUESTIONS)], [times], VISUAL_WINDOW, TEXT_WINDOW)[0]


def fed(unit: int) -> list[int]:
    """What is fed once a unit has landed: the token that closes the thought before, then the unit's words."""
    first = NARRATE if unit == 0 else THOUGHTS[unit - 1].closing
    return [first, *THOUGHTS[unit].words]


def test_narration_sees_what_a_stream_holds(clip):
    stream, row = Stream(TEXT_WINDOW), 1   # the first token is the sink
    evicted = False
    for unit in range(len(THOUGHTS)):
        tokens = fed(unit)[1:] if unit == 0 else fed(unit)
        for position, window, behind in stream.feed(len(tokens), forgotten=tokens == [SKIP]):
            keys = torch.nonzero(clip.token_window[0, row]).flatten()
            assert set(clip.position[0, keys].tolist()) == window
            assert clip.position[0, row] == position
            assert clip.token_sink[0, row] == behind
            evicted |= min(window) > 1
            row += 1
    assert evicted, "the window is small enough to lose something"


def test_silence_after_silence_is_forgotten(clip):
    forgotten = [i for i, group in enumerate(build(THOUGHTS).groups) if group < -1]
    assert len(forgotten) == 1
    seen_by = torch.nonzero(clip.token_window[0, :, forgotten[0]]).flatten().tolist()
    assert seen_by == forgotten, "only it sees itself"


def test_a_question_sees_its_own_past_and_nothing_else(clip):
    tokens = clip.tokens[0].tolist()
    starts = [i for i, token in enumerate(tokens) if token == QUESTION]
    ends = [*starts[1:], len(tokens)]
    groups = build(THOUGHTS, QUESTIONS).groups
    for question, start, end in zip(QUESTIONS, starts, ends):
        assert tokens[start:end] == [QUESTION, *question.question, ANSWER, *question.answer]
        for row in range(start, end):
            seen = torch.nonzero(clip.token_window[0, row]).flatten().tolist()
            assert [i for i in seen if i >= start] == list(range(start, row + 1)), "its own tokens up to itself"
            before = [groups[i] for i in seen if i < start]
            assert before
            assert 0 <= min(before) and max(before) <= question.unit, "thoughts of its past; no other question"
            assert len(before) <= TEXT_WINDOW
            assert clip.sees_position[0, row] == question.now


def test_nobody_sees_what_comes_later(clip):
    assert not clip.token_window[0].triu(1).any()
    assert not clip.unit_window[0].triu(1).any()


def test_a_unit_sees_the_last_units_and_stands_behind_the_sink():
    times = torch.arange(8, dtype=torch.float64)[None] * 2 + 5   # every other unit of time, from 5 on
    now = torch.arange(8)[None]
    view = visual_view(now, times, VISUAL_WINDOW)
    for unit in range(8):
        seen = torch.nonzero(view.window[0, unit]).flatten().tolist()
        assert seen == [u for u in range(1, 8) if unit - VISUAL_WINDOW < u <= unit], "never the sink"
        oldest = seen[0] if seen else 0
        # A sink at position 5 looks to the query as if it stood one before the oldest unit of the window.
        distance = view.sink_position[0, unit] - times[0, 0]
        assert distance == (times[0, unit] - times[0, oldest] + 1 if seen else 0)
