"""The exact events of a clip: what each track shows, what the stories tell, what happens to the whole picture."""
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .actors import Actor
from .disturbances import Disturbance, changes
from .relations import followings, passings
from .trajectories import RATE, Track
from .visibility import IN, OUT, SIDES

LEAST_WIDTH, MOST_HIDDEN = 0.018, 0.65
SUDDEN = 0.2
"""Share beyond an edge under which a mover that comes or goes did so inside the picture."""
SMALL, BIG = 0.12, 0.32
"""Sizes (root of width times height, frame widths and heights) below and above which a mover is called so."""
STOOD_S, NEARER, PACE = 1.0, 1.5, 2.0
"""Standing this long makes moving again a start; growing by this factor is coming closer; a change of speed by this one is told."""
DATABLE = 1.35
"""What grows more slowly than from this factor to `NEARER` within a second cannot be dated to one, and is not told."""
LASTED_S = 0.8
"""Who slows down may be about to stop: before this it cannot be told apart."""
SETTLED_S = 0.2
"""A start, a stop and a crowd are told after this much of what comes after them."""
CROWD, DISPERSED = 5, 2
"""So many people at once are a crowd, and so many fewer are none any more."""


@dataclass(frozen=True)
class Event:
    t: float
    verb: str                          # one of language.thoughts.VERBS
    place: str | None                  # side for enters/leaves, direction for moves/starts/turns
    colour: str | None
    kind: str | None
    mover: int
    other: tuple[str, str] | None = None   # colour and kind of whom it met, hit, passed, or who caused it
    cause: str | None = None               # met, crossed, hit, hits, free, took
    size: str | None = None                # small or big, if it is either; of moves only


def direction(vector: np.ndarray) -> str:
    """The dominant axis of an image displacement, in frame widths and heights."""
    if abs(vector[0]) >= abs(vector[1]):
        return "right" if vector[0] > 0 else "left"
    return "down" if vector[1] > 0 else "up"


def _size(box: np.ndarray) -> str | None:
    """Of what is visible of a mover: x0 y0 x1 y1."""
    side = float(np.sqrt((box[2] - box[0]) * (box[3] - box[1])))
    return "small" if side < SMALL else "big" if side > BIG else None


def _runs(values: np.ndarray) -> list[tuple[int, int]]:
    """Half-open index ranges of equal neighbouring values."""
    edges = np.flatnonzero(values[1:] != values[:-1]) + 1
    bounds = [0, *edges.tolist(), len(values)]
    return list(pairwise(bounds))


def _presence(track: Track) -> list[tuple[str, int, str | None]]:
    """Comings and goings as (verb, sample, side)."""
    visible, overflow = track.sight.visible, track.sight.overflow
    out, armed, inside, last_out = [], visible[0] < IN, visible[0] >= IN, 0
    for i, share in enumerate(visible):
        if share < OUT:
            armed, last_out = True, i
        if not inside and share >= IN:
            inside = True
            if armed and track.shown[i] and not track.shown[max(i - 1, 0)] and overflow[i].max() < SUDDEN:
                out.append(("appears", i, None))
            elif armed:
                out.append(("enters", i, SIDES[int(np.argmax(overflow[last_out] - overflow[i]))]))
            armed = False
        elif inside and share < IN:
            later = visible[i:]
            back = np.flatnonzero(later >= IN)
            gone = np.flatnonzero(later < OUT)
            if not len(back) or (len(gone) and gone[0] < back[0]):
                inside = False
                if not track.shown[i] and overflow[i].max() < SUDDEN:
                    out.append(("vanishes", i, None))
                    continue
                at = i + (gone[0] if len(gone) else len(later) - 1)
                out.append(("leaves", i, SIDES[int(np.argmax(overflow[at] - overflow[max(i - 1, 0)]))]))
    return out


def _smooth_velocity(track: Track) -> np.ndarray:
    velocity = np.gradient(track.sight.centre, axis=0)
    return np.stack([np.convolve(np.pad(velocity[:, k], 4, mode="edge"), np.ones(9) / 9, mode="valid") for k in (0, 1)], -1)


def _turns(track: Track) -> list[int]:
    """Samples where the dominant direction changes for at least 0.6 s while moving."""
    smooth = _smooth_velocity(track)
    names = np.where(np.abs(smooth[:, 0]) >= np.abs(smooth[:, 1]), np.where(smooth[:, 0] > 0, 0, 1), np.where(smooth[:, 1] > 0, 2, 3))
    names = np.where(track.moving, names, -1)
    changed, current = [], -1
    for first, last in _runs(names):
        name = int(names[first])
        if name < 0:
            current = -1
        elif last - first >= 0.6 * RATE:
            if current >= 0 and name != current:
                changed.append(first)
            current = name
    return changed


def _paces(track: Track) -> list[tuple[int, str]]:
    """Lasting changes of the speed over the ground by `PACE` within half a second, told `LASTED_S` after their middle."""
    pace = np.gradient(track.walked) * RATE
    span, found, last = RATE // 2, [], -10 * RATE
    for i in range(RATE, len(pace) - RATE, 4):
        window = track.moving[i - RATE:i + RATE]
        if not window.all() or i - last < 2 * RATE:
            continue
        before, after = pace[i - RATE:i - span // 2].mean(), pace[i + span // 2:i + RATE].mean()
        ends = pace[i - RATE:i - span].mean() / max(pace[i - span:i - span // 2].mean(), 1e-9)
        if max(after / before, before / after) >= PACE and 0.75 < ends < 1.33:
            found.append((i + round(LASTED_S * RATE), "speeds up" if after > before else "slows down"))
            last = i
    return found


def _nearing(track: Track) -> list[tuple[int, str]]:
    """Where its picture has grown or shrunk by `NEARER` since it came into view whole, and fast enough to say when."""
    box = track.sight.box
    size = np.sqrt(np.maximum(box[:, 2] - box[:, 0], 1e-4) * np.maximum(box[:, 3] - box[:, 1], 1e-4))
    found: list[tuple[int, str]] = []
    for first, last in _runs(track.moving & (track.sight.visible > 0.75)):
        if not track.moving[first] or track.sight.visible[first] <= 0.75 or last - first < RATE:
            continue
        ratio = size[first:last] / size[first]
        for verb, grown in (("comes closer", ratio), ("goes away", 1 / ratio)):
            at = np.flatnonzero(grown >= NEARER)
            if len(at) and grown[max(at[0] - RATE, 0)] <= DATABLE:
                found.append((first + int(at[0]), verb))
    return found


def _track_events(actor: Actor) -> list[tuple[int, str, str | None]]:
    """What a track shows by itself, as (sample, verb, place)."""
    track, sight, moving = actor.track, actor.track.sight, actor.track.moving
    width = sight.box[:, 2] - sight.box[:, 0]
    presence = _presence(track)
    goings = [i for verb, i, _ in presence if verb in ("leaves", "vanishes")]
    comings = [i for verb, i, _ in presence if verb in ("enters", "appears")]
    found: list[tuple[int, str, str | None]] = []

    def sayable(i: int) -> bool:
        return bool(track.shown[i] and sight.hidden[i] <= MOST_HIDDEN and width[i] >= LEAST_WIDTH)

    def seen(first: int, last: int) -> bool:
        return bool(track.shown[first:last].all() and (sight.visible[first:last] >= IN).all() and np.median(sight.hidden[first:last]) <= MOST_HIDDEN)

    def add_motion(i: int, verb: str) -> None:
        if i >= len(moving) or not moving[i] or sight.visible[i] < IN or not sayable(i) or any(0 <= g - i < 0.4 * RATE for g in goings):
            return
        found.append((i, verb, direction(sight.centre[i] - sight.centre[max(0, i - RATE // 2)])))

    for verb, i, side in presence:
        if sayable(max(i - 1, 0) if verb in ("leaves", "vanishes") else i):
            found.append((i, verb, side))
        if verb in ("enters", "appears") and actor.kind != "hand":
            add_motion(i + round(0.7 * RATE), "moves")
    if actor.kind == "hand":
        return found
    if moving[0] and sight.visible[0] >= IN:
        add_motion(round(0.7 * RATE), "moves")
    for first, last in _runs(moving):
        if moving[first] or last - first < STOOD_S * RATE:
            continue
        if first > 0 and track.shown[first - 1] and sight.visible[first] >= IN and sayable(first):
            found.append((first + round(SETTLED_S * RATE), "stops", None))
        if last < len(moving) and seen(last - round(STOOD_S * RATE), last):   # who stood out of sight has not stood for anybody
            add_motion(last + round(SETTLED_S * RATE), "starts")
    for change in _turns(track):
        at = change + round(0.3 * RATE)
        if not any(0 <= at - i <= 0.7 * RATE for i in comings):
            add_motion(at, "turns")
    calm = [i for i, verb, _ in found if verb in ("stops", "starts")]
    for i, verb in _paces(track):
        if sayable(i) and sight.visible[i] > 0.6 and not any(abs(i - c) < 1.2 * RATE for c in calm):
            found.append((i, verb, None))
    found += [(i, verb, None) for i, verb in _nearing(track) if sayable(i)]
    return found


def find_events(actors: list[Actor], disturbance: Disturbance | None, seconds: float) -> list[Event]:
    """All events of a clip, sorted by time."""
    who = {id(a.shape): a for a in actors}

    def name(shape) -> tuple[str, str] | None:
        other = who.get(id(shape))
        return (other.colour, other.kind) if other else None

    events: list[Event] = []
    for m, actor in enumerate(actors):
        causes = dict(actor.causes)
        rows = [] if actor.carried else _track_events(actor)
        for i, verb, place in sorted(rows, key=lambda row: row[0]):
            cause, other = causes.pop(verb, (None, None))
            size = _size(actor.track.sight.clipped[i]) if verb == "moves" else None
            events.append(Event(i / RATE, verb, place, actor.colour, actor.kind, m, name(other) if other is not None else None, cause, size))
        for told in actor.told:
            sight = actor.track.sight
            if told.sample < len(sight.visible) and sight.visible[told.sample] >= IN and sight.hidden[told.sample] < MOST_HIDDEN:
                cause = causes.pop(told.verb, (None, None))[0]
                events.append(Event(told.sample / RATE, told.verb, None, actor.colour, actor.kind, m, name(told.other), cause))
    following = followings(actors, seconds)
    for verb, found in (("passes", passings(actors, seconds, following)), ("follows", following)):
        for sample, a, b in found:
            events.append(Event(sample / RATE, verb, None, actors[a].colour, actors[a].kind, a, (actors[b].colour, actors[b].kind)))
    events += [Event(sample / RATE, "crowd", None, None, None, -1) for sample in _crowds(actors)]
    if disturbance is not None:
        events = [e for e in events if not _lost(e, disturbance)]
        events += [Event(t, verb, None, None, None, -1) for t, verb in changes(disturbance, seconds)]
    return sorted((e for e in events if e.t < seconds), key=lambda e: e.t)


def _crowds(actors: list[Actor]) -> list[int]:
    """Samples at which so many people are there that it is rather said than counted; a crowd ends before there is another one."""
    people = [a.track.sight.visible * (1 - a.track.sight.hidden) >= IN for a in actors if a.kind == "person"]
    if len(people) < CROWD:
        return []
    found, crowded = [], False
    count = np.sum(people, axis=0)
    for first, last in _runs(count >= CROWD):
        if count[first] < CROWD:
            crowded = crowded and count[first:last].min() > CROWD - DISPERSED
        elif not crowded and last - first >= SETTLED_S * RATE:
            found.append(first + round(SETTLED_S * RATE))
            crowded = True
    return found


def _lost(event: Event, d: Disturbance) -> bool:
    """Whether nobody could see it: the lens was covered, or the jump of the camera made it up."""
    if d.verb == "camera covered":
        return d.t - 0.2 <= event.t <= d.until + 0.4
    return d.moves and (abs(event.t - d.t) < 0.15 or abs(event.t - d.until) < 0.15)
