"""Asserts that clips are deterministic and their events and labels sane; prints speed and statistics."""
from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np

from .colours import KINDS, TOLD
from .events import STOOD_S
from .labels import CELLS, RESTING
from .scene import Clip, render_clip


def check_same(seed: int) -> None:
    one, two, large = render_clip(seed), render_clip(seed), render_clip(seed, width=160, height=90, effects=False)
    assert np.array_equal(one.frames, two.frames) and one.events == two.events == large.events
    assert all(np.array_equal(one.grid[name], two.grid[name]) for name in one.grid)


def check_labels(clip: Clip) -> None:
    frames = len(clip.times)
    assert clip.frames.shape == (frames, 96, 96, 3) and clip.frames.dtype == np.uint8
    for name, kind in (*((n, np.uint8) for n in ("cover", "state", "colour", "kind")), *((n, np.float16) for n in ("vx", "vy", "dx", "dy", "width", "height"))):
        assert clip.grid[name].shape == (frames, CELLS, CELLS) and clip.grid[name].dtype == kind, name
    state, colour, kind = clip.grid["state"], clip.grid["colour"], clip.grid["kind"]
    assert ((state > 0) == (colour < len(TOLD))).all() and ((state > 0) == (kind < len(KINDS))).all()
    assert (clip.grid["cover"][(state > 0) & (state != RESTING)] >= 60).all()   # what rests is background
    assert np.isfinite(clip.grid["vx"]).all() and not clip.grid["vx"][state != 1].any()


def check_events(clip: Clip) -> tuple[int, int]:
    """Order and visibility of events; returns how many `moves` could be checked against the maps, and how many agree."""
    checked = agree = 0
    assert [event.t for event in clip.events] == sorted(event.t for event in clip.events)
    for mover in clip.movers:
        mine = [event for event in clip.events if event.mover == mover.id]
        came = -STOOD_S
        for event in mine:
            assert 0 <= event.t < clip.times[-1] + 1
            if event.verb in ("enters", "appears"):
                came = event.t
            assert event.verb != "starts" or event.t - came >= STOOD_S, (clip.seed, event, came)   # it was seen to stand
            if event.verb == "enters":
                assert event.place in ("left", "right", "top", "bottom")
                after = (clip.times >= event.t) & (clip.times < event.t + 2.5)
                assert event.t > clip.times[-1] - 0.5 or mover.visible[after].max() > 0.1, (clip.seed, event)
            elif event.verb in ("moves", "starts", "turns"):
                t = min(round(event.t * 4), len(clip.times) - 1)
                mine_cells = (clip.grid["state"][t] == 1) & (clip.grid["kind"][t] == KINDS.index(mover.kind)) & (clip.grid["colour"][t] == TOLD.index(mover.colour))
                if mine_cells.any():
                    vx, vy = clip.grid["vx"][t][mine_cells].astype(float), clip.grid["vy"][t][mine_cells].astype(float)
                    along = {"left": -vx, "right": vx, "up": -vy, "down": vy}[event.place]
                    checked += 1
                    agree += along.mean() > 0
    return checked, agree


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=120)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    for seed in range(8):
        check_same(seed)
    events, scenes, kinds, colours, counts = Counter(), Counter(), Counter(), Counter(), Counter()
    quiet, spent, checked, agree, empty, widths, standing = [], 0.0, 0, 0, 0, [], []
    for seed in range(options.first, options.first + options.clips):
        begin = time.perf_counter()
        clip = render_clip(seed)
        spent += time.perf_counter() - begin
        check_labels(clip)
        a, b = check_events(clip)
        checked, agree = checked + a, agree + b
        scenes[clip.scenario] += 1
        counts[len(clip.movers)] += 1
        events.update((event.verb, event.place or "-") for event in clip.events)
        kinds.update(mover.kind for mover in clip.movers)
        colours.update(mover.colour for mover in clip.movers)
        widths += [mover.size for mover in clip.movers]
        quiet.append(1 - (clip.grid["state"] == 1).any((1, 2)).mean())
        standing.append((clip.grid["state"] == 2).any((1, 2)).mean())
        empty += not clip.events
    assert agree >= 0.97 * checked, (agree, checked)
    print(f"{options.clips / spent:.1f} clips/s   moves agreeing with vx/vy: {agree}/{checked}")
    print(f"nothing moving {np.mean(quiet):.0%} of frames, standing foreground {np.mean(standing):.0%}, clips without events {empty / options.clips:.0%}")
    print("events per clip", round(sum(events.values()) / options.clips, 2))
    for (verb, place), count in sorted(events.items()):
        print(f"  {verb:7s}{place:8s}{count}")
    print("scenarios", dict(scenes), "movers per clip", dict(sorted(counts.items())))
    print("kinds", dict(kinds), "colours", dict(colours.most_common()))
    print("mover width percentiles 5/50/95", np.percentile(widths, [5, 50, 95]).round(3))


if __name__ == "__main__":
    main()
