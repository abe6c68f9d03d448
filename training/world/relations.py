"""What two movers do to each other that only shows in both tracks: one passes another."""
from __future__ import annotations

import numpy as np

from .actors import Actor
from .trajectories import RATE

LEAST_VISIBLE, MOST_HIDDEN = 0.6, 0.4


def passings(actors: list[Actor], seconds: float) -> list[tuple[int, int, int]]:
    """(sample, who, whom): their boxes come to overlap and one goes by; the faster one passes.

    Pairs of which one is carried or a hand are left out, and those that a story tells of.
    """
    found = []
    told = {(id(a.shape), id(t.other)) for a in actors for t in a.told if t.other is not None}
    for i, a in enumerate(actors):
        for j, b in enumerate(actors[:i]):
            related = (id(a.shape), id(b.shape)) in told or (id(b.shape), id(a.shape)) in told
            if related or a.carried or b.carried or "hand" in (a.kind, b.kind):
                continue
            sample = _closest(a, b, round(seconds * RATE))
            if sample is not None:
                speed = [np.linalg.norm(x.track.sight.centre[sample + 4] - x.track.sight.centre[sample - 4]) for x in (a, b)]
                found.append((sample, i, j) if speed[0] >= speed[1] else (sample, j, i))
    return found


def _closest(a: Actor, b: Actor, end: int) -> int | None:
    """The sample at which one is right beside the other, when that is seen and they come from apart and part again."""
    one, two = a.track.sight, b.track.sight
    seen = (one.visible > LEAST_VISIBLE) & (two.visible > LEAST_VISIBLE) & (one.hidden < MOST_HIDDEN) & (two.hidden < MOST_HIDDEN)
    size = (one.box[:, 2:] - one.box[:, :2] + two.box[:, 2:] - two.box[:, :2]) / 2
    apart = np.abs(one.centre - two.centre) / size
    reach = apart.max(1)
    at = int(np.argmin(np.where(seen, reach, np.inf)[:end]))
    if not seen[at] or reach[at] > 0.9 or at < RATE // 2 or at > end - RATE // 2:
        return None
    woken = a.track.moving[:at].any() and b.track.moving[:at].any()
    moving = a.track.moving[at] or b.track.moving[at]
    before, after = reach[max(0, at - RATE):at], reach[at:at + RATE]
    return at if woken and moving and before.max() > reach[at] + 0.3 and after.max() > reach[at] + 0.3 else None
