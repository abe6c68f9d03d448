"""What is said of events: in which unit, in which words, with which running number."""
from __future__ import annotations

from types import SimpleNamespace

import pytest

from language.tally import Tally, thought
from language.thoughts import PERCEPTION_S, by_unit
from language.tokenizer import CLOCK, SPECIAL, UNK, Tokenizer


def event(t: float, verb: str, place: str | None = None, kind: str = "car", colour: str = "red") -> SimpleNamespace:
    return SimpleNamespace(t=t, verb=verb, place=place, colour=colour, kind=kind, mover=0, other=None, cause=None, size=None)


def test_an_event_belongs_to_the_first_unit_that_sees_enough_of_it():
    ends = [0.25, 0.75, 1.25]
    clear, late, after = event(0.25 - PERCEPTION_S, "stops"), event(0.25, "stops"), event(1.25, "stops")
    assert by_unit([clear, late, after], ends) == [[clear], [late], []]


def test_who_comes_and_who_goes_is_numbered_by_kind():
    tally = Tally()
    assert thought([event(0, "enters", "left")], tally) == "a red car enters from the left #1"
    assert thought([event(1, "enters", "top", "person", "orange"), event(1, "enters", "left")], tally) == (
        "an orange person enters from the top #1 , a red car enters from the left #2")
    assert thought([event(2, "leaves", "right")], tally) == "a red car leaves at the right #1"
    assert tally.recap().endswith("first a red car enters from the left , 2 cars 1 person came , 1 car went")


def test_a_quiet_unit_has_no_words():
    assert thought([], Tally()) == ""


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer()


@pytest.mark.parametrize("text", ["a red car enters from the left #1", "so far about traffic , 2 cars came", "an orange person stops"])
def test_thoughts_survive_the_tokenizer(tokenizer: Tokenizer, text: str):
    tokens = tokenizer.encode(text)
    assert UNK not in tokens
    assert tokenizer.decode(tokens) == text.replace(" ,", ",")


def test_clock_tokens_begin_again(tokenizer: Tokenizer):
    assert tokenizer.clock(0) == len(SPECIAL)
    assert tokenizer.clock(CLOCK + 3) == tokenizer.clock(3)
    assert len({tokenizer.clock(unit) for unit in range(CLOCK)}) == CLOCK
