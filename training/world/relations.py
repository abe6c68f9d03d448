"""What two movers do to each other that only shows in both tracks: one passes another, or follows it."""
from __future__ import annotations

import numpy as np

from .actors import Actor
from .trajectories import RATE
from .visibility import IN

LEAST_VISIBLE, MOST_HIDDEN = 0.6, 0.4
APART = 0.3
"""Of their mean size: so much nearer than before and after is beside each other."""
SOON_S, ON_ITS_WAY, LIKEWISE = 3.0, 0.5, 0.8
"""Who follows is, a second after it came, no farther from where the other was so shortly before, in their mean size, and has
the same direction (cosine)."""


def followings(actors: list[Actor], seconds: float) -> list[tuple[int, int, int]]:
    """(sample, who, whom): one comes and takes the way of another that is still there, a second after it came."""
    pairs = ((j, i) for i, a in enumerate(actors) for j, b in enumerate(actors) if i != j and _independent(a, b))
    return [(sample, j, i) for j, i in pairs if (sample := _following(actors[j], actors[i], round(seconds * RATE))) is not None]


def _following(who: Actor, whom: Actor, end: int) -> int | None:
    two, one = who.track.sight, whom.track.sight
    there = (two.visible >= IN) & who.track.shown
    came = int(np.argmax(there))
    now, ago = came + RATE, came + RATE - RATE // 4
    if not there[came] or came == 0 or now >= end or one.visible[came] < IN:
        return None
    if not all(a.track.sight.visible[now] >= IN and a.track.sight.hidden[now] <= MOST_HIDDEN and a.track.moving[now] for a in (who, whom)):
        return None
    ways = [sight.centre[now] - sight.centre[ago] for sight in (one, two)]
    size = (one.box[now, 2:] - one.box[now, :2] + two.box[now, 2:] - two.box[now, :2]) / 2
    before = one.centre[max(0, now - round(SOON_S * RATE)):ago]
    likewise = ways[0] @ ways[1] >= LIKEWISE * np.linalg.norm(ways[0]) * np.linalg.norm(ways[1])
    return now if likewise and (np.abs(before - two.centre[now]) / size).max(1).min() < ON_ITS_WAY else None


def _independent(a: Actor, b: Actor) -> bool:
    """Whether what the two do to each other shows in their tracks."""
    return not (a.carried or b.carried or "hand" in (a.kind, b.kind))


def passings(actors: list[Actor], seconds: float, following: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """(sample, who, whom): their boxes come to overlap and one goes by; the faster one passes. Told once they part again:
    until then they might as well stay together.

    Pairs of which one is carried or a hand are left out, and those that a story tells of or of which one follows the other.
    """
    found = []
    told = {(id(a.shape), id(t.other)) for a in actors for t in a.told if t.other is not None}
    told |= {(id(actors[i].shape), id(actors[j].shape)) for _, i, j in following}
    for i, a in enumerate(actors):
        for j, b in enumerate(actors[:i]):
            related = (id(a.shape), id(b.shape)) in told or (id(b.shape), id(a.shape)) in told
            if related or not _independent(a, b):
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
