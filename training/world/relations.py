"""What two movers do to each other that only shows in both tracks: one passes another."""
from __future__ import annotations

import numpy as np

from .actors import Actor
from .trajectories import RATE

LEAST_VISIBLE, MOST_HIDDEN = 0.6, 0.4
APART = 0.3
"""Of their mean size: so much nearer than before and after is beside each other."""


def passings(actors: list[Actor], seconds: float) -> list[tuple[int, int, int]]:
    """(sample, who, whom): their boxes come to overlap and one goes by; the faster one passes. Told once they part again:
    until then they might as well stay together.

    Pairs of which one is carried or a hand are left out, and those that a story tells of.
    """
    found = []
    told = {(id(a.shape), id(t.other)) for a in actors for t in a.told if t.other is not None}
    for i, a in enumerate(actors):
        for j, b in enumerate(actors[:i]):
            related = (id(a.shape), id(b.shape)) in told or (id(b.shape), id(a.shape)) in told
            if related or a.carried or b.carried or "hand" in (a.kind, b.kind):
                continue
            samples = _passing(a, b, round(seconds * RATE))
            if samples is not None:
                at, parted = samples
                speed = [np.linalg.norm(x.track.sight.centre[at + 4] - x.track.sight.centre[at - 4]) for x in (a, b)]
                found.append((parted, i, j) if speed[0] >= speed[1] else (parted, j, i))
    return found


def _passing(a: Actor, b: Actor, end: int) -> tuple[int, int] | None:
    """The samples at which one is right beside the other and at which they have parted, when that is seen and they came from apart."""
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
    parted = np.flatnonzero(reach[at:min(at + RATE, end)] > reach[at] + APART)
    came = reach[max(0, at - RATE):at].max() > reach[at] + APART
    return (at, at + int(parted[0])) if woken and moving and came and len(parted) else None
