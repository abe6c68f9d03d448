"""What is there, whether or not it came: the labels of what rests, counts by kind, crowds, and the same in a mirror."""
from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed: pip install -r requirements.txt")

from world import render_clip
from world.colours import KINDS
from world.events import CROWD, _crowds
from world.labels import MOVING, NONE, RESTING, STANDING
from world.trajectories import RATE


def test_what_stands_there_from_the_start_is_labelled_until_it_moves():
    rested = parked = 0
    for seed in range(12):
        clip = render_clip(seed, effects=False, disturbed=0.0)
        state = clip.grid["state"]
        rested += int((state == RESTING).any())
        parked += int((state == RESTING).all(0).any())
        assert ((state > 0) == (clip.grid["kind"] != NONE)).all()
        for mover in clip.movers:   # of a mover that has been seen to move, nothing rests any more
            if (mover.state == MOVING).any() and mover.state[0] == 0 and mover.visible[0] > 0.9:
                first = int(np.argmax(mover.state == MOVING))
                assert (mover.state[first:] != 0)[mover.visible[first:] > 0].all()
    assert rested > 3
    assert parked > 1


def people(*, there: list[slice], samples: int = 10 * RATE) -> list[SimpleNamespace]:
    actors = []
    for seen in there:
        visible = np.zeros(samples)
        visible[seen] = 1.0
        actors.append(SimpleNamespace(kind="person", track=SimpleNamespace(sight=SimpleNamespace(visible=visible, hidden=np.zeros(samples)))))
    return actors


def test_a_crowd_is_told_once_until_it_has_dispersed():
    always = [slice(None)] * (CROWD - 1)
    assert _crowds(people(there=always)) == []
    assert len(_crowds(people(there=[*always, slice(2 * RATE, None)]))) == 1
    comes_and_goes = [*always, slice(RATE, 3 * RATE), slice(5 * RATE, None)]
    assert len(_crowds(people(there=comes_and_goes))) == 1
    all_go = [slice(0, 3 * RATE)] * CROWD + [slice(6 * RATE, None)] * CROWD
    assert len(_crowds(people(there=all_go))) == 2


torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -r requirements.txt")

from network.config import Config
from stages.generate import cells_of, write_shard
from stages.mirror import END, write_mirrored
from stages.movers import from_its_start
from stages.presence import last_frames, presence_of
from stages.shards import Shard


def test_who_sees_a_stretch_only_has_seen_nobody_come_who_stands_from_its_first_frame_on():
    state = np.array([[STANDING, STANDING, 0], [STANDING, MOVING, STANDING], [STANDING, STANDING, STANDING]])
    assert from_its_start(state).tolist() == [[RESTING, RESTING, 0], [RESTING, MOVING, STANDING], [RESTING, STANDING, STANDING]]


def test_all_that_is_there_is_counted_by_kind():
    counted = 0
    for seed in range(6):
        clip = render_clip(seed, effects=False)
        cells = cells_of(clip)
        at = last_frames(Config(), len(clip.frames))
        present = presence_of(Config(), cells, at)
        for unit, t in enumerate(at):
            kinds = cells["kind"][t][cells["state"][t] > 0]
            assert present.kinds(unit).keys() == {KINDS[k] for k in np.unique(kinds)}
            counted += present.kinds(unit).total()
    assert counted > 0


def test_a_mirror_swaps_left_and_right_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stages.generate.PER_SHARD", 2)
    monkeypatch.setattr("stages.generate.taken", lambda plan, config, plain: render_clip(plan.seed, 4.0, width=16, height=16))
    plain, mirror = tmp_path / "shard-00000", tmp_path / f"shard-00000{END}"
    write_shard(plain, 3, 4.0, Config(), False)
    write_mirrored(Shard(plain), mirror)
    one, other = Shard(plain), Shard(mirror)
    assert np.array_equal(one.array("frames"), other.array("frames")[:, :, :, ::-1])
    for name in ("velocity", "offset"):
        across, down = np.moveaxis(np.array(other.array(name)), 2, 0)[..., ::-1]
        assert np.array_equal(one.array(name)[:, :, 0], -across)
        assert np.array_equal(one.array(name)[:, :, 1], down)
    places = [e["place"] for clip in one.labels for e in clip["events"]]
    assert [{"left": "right", "right": "left"}.get(p, p) for p in places] == [e["place"] for clip in json.loads((mirror / "labels.json").read_text()) for e in clip["events"]]
