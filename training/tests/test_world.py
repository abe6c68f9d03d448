"""The rendered world: the same seed gives the same clip, and its labels and events say what is in the picture."""
from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed: pip install -r requirements.txt")

from world import KINDS, TOLD, render_clip
from world.labels import CELLS, NONE
from world.selfcheck import check_events, check_labels, check_same

SEEDS = range(6)


def test_a_seed_is_one_clip_at_every_size():
    check_same(3)


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_are_whole(seed: int):
    check_labels(render_clip(seed))


def test_what_is_told_to_move_moves_that_way():
    """`moves right` goes with cells whose velocity is to the right, but for cells where two movers overlap."""
    checked, agree = np.sum([check_events(render_clip(seed)) for seed in range(30)], axis=0)
    assert checked > 20
    assert agree >= 0.97 * checked


@pytest.mark.parametrize("seed", SEEDS)
def test_moving_cells_lie_in_the_box_of_a_mover_of_their_colour_and_kind(seed: int):
    clip = render_clip(seed, effects=False)
    checked = 0
    for t, row, column in np.argwhere(clip.grid["state"] == 1):
        colour, kind = clip.grid["colour"][t, row, column], clip.grid["kind"][t, row, column]
        if KINDS[kind] == "hand":   # its arm reaches out of its box
            continue
        boxes = [m.bbox[t] for m in clip.movers if TOLD.index(m.colour) == colour and KINDS.index(m.kind) == kind]
        x, y = (column + 0.5) / CELLS, (row + 0.5) / CELLS
        reach = 1 / CELLS   # a cell is labelled from a quarter of it on
        assert any(x0 - reach <= x <= x1 + reach and y0 - reach <= y <= y1 + reach for x0, y0, x1, y1 in boxes), (t, row, column)
        checked += 1
    assert checked > 0 or not any((m.state == 1).any() for m in clip.movers if m.kind != "hand")


def test_background_has_no_colour_and_no_kind():
    clip = render_clip(0)
    empty = clip.grid["state"] == 0
    assert empty.any()
    assert (clip.grid["colour"][empty] == NONE).all()
    assert (clip.grid["kind"][empty] == NONE).all()
