"""The sample clips: nobody stands there from the start, and soon a lot happens."""
from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed: pip install -r requirements.txt")

from samples.scene import SECONDS
from stages.sample import OUT, SAMPLES
from world.events import find_events
from world.scene import film

NAMES = [sample.name for sample in SAMPLES]


def actors_of(sample):
    return sample.scene.cast(np.random.default_rng([sample.seed, 1]))


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_begins_with_an_empty_scene(sample):
    assert all(actor.track.sight.visible[0] == 0 for actor in actors_of(sample))
    standing = sample.scene.paint(128, 72)
    first = next(film(sample.scene.stage, sample.scene.light, actors_of(sample), standing, 1.0, 4.0))
    half = standing.reshape(36, 2, 64, 2, 3).mean((1, 3))
    assert np.abs(first - half).max() <= 1


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_is_busy_from_the_first_seconds_on(sample):
    events = find_events(actors_of(sample), None, SECONDS)
    assert events[0].t < 2
    assert sum(event.t < 10 for event in events) >= 6
    assert max(np.diff([event.t for event in events])) < 6


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_is_the_same_each_time(sample):
    one, two = (find_events(actors_of(sample), None, SECONDS) for _ in range(2))
    assert one == two


def test_no_shadow_of_who_waits_outside_falls_into_the_picture():
    scene = SAMPLES[0].scene
    frames = film(scene.stage, scene.light, actors_of(SAMPLES[0]), scene.paint(256, 144), SECONDS, 2.0)
    frames = np.stack(list(frames)).astype(int)
    seen = np.stack([actor.track.sight.visible > 0 for actor in actors_of(SAMPLES[0])]).any(0)
    empty = [t for t in range(len(frames)) if not seen[max(0, t * 20 - 20):t * 20 + 20].any()]
    assert empty
    for t in empty:
        assert np.abs(frames[t] - frames[0]).max() == 0


def test_the_list_names_the_clips_that_are_there():
    rows = json.loads((OUT / "samples.json").read_text())
    assert [row["file"] for row in rows] == [f"{name}.mp4" for name in NAMES]
    assert all((OUT / row["file"]).stat().st_size <= 600_000 for row in rows)
