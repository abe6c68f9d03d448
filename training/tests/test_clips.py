"""Held-out clips: their questions."""
from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: pip install -r requirements.txt")
pytest.importorskip("cv2", reason="OpenCV is not installed: pip install -r requirements.txt")

from language.tokenizer import Tokenizer
from stages.clips import FPS, questions
from stages.presence import Presence
from world.colours import KINDS
from world.events import Event

SECONDS = 16


def asked(events: list[Event]) -> list[dict]:
    frames = round(SECONDS * FPS)
    present = Presence(np.zeros(frames, bool), np.zeros((frames, len(KINDS)), np.uint8))
    return questions(np.random.default_rng(1), Tokenizer(), events, present, FPS, 12, 0.0, SECONDS)


def enters(t: float, mover: int) -> Event:
    return Event(t, "enters", "left", "red", "car", mover)


def test_nothing_is_asked_in_the_second_of_an_event():
    events = [enters(3.0, 0), enters(9.0, 1)]
    rows = asked(events)
    assert len(rows) == 12
    assert all(abs(row["t"] - event.t) > 0.9 for row in rows for event in events)


def test_a_clip_in_which_something_happens_all_the_time_is_asked_about_too():
    assert len(asked([enters(t / 2, t) for t in range(2 * SECONDS)])) == 12
