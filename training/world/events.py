"""The exact events of a track: enters, leaves, moves and stops."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .trajectories import RATE, Track
from .visibility import SIDES

IN, OUT = 0.35, 0.05
LEAST_WIDTH, MOST_HIDDEN = 0.03, 0.65


@dataclass(frozen=True)
class Event:
    t: float
    verb: str            # enters, leaves, moves, stops
    place: str | None    # side for enters/leaves, direction for moves, None for stops
    colour: str
    kind: str
    mover: int


def direction(vector: np.ndarray) -> str:
    """The dominant axis of an image displacement, in frame widths and heights."""
    if abs(vector[0]) >= abs(vector[1]):
        return "right" if vector[0] > 0 else "left"
    return "down" if vector[1] > 0 else "up"


def _runs(values: np.ndarray) -> list[tuple[int, int]]:
    """Half-open index ranges of equal neighbouring values."""
    edges = np.flatnonzero(values[1:] != values[:-1]) + 1
    bounds = [0, *edges.tolist(), len(values)]
    return list(zip(bounds[:-1], bounds[1:]))


def _presence(track: Track) -> list[tuple[str, int, str | None]]:
    """Enters and leaves as (verb, sample, side)."""
    visible, overflow = track.sight.visible, track.sight.overflow
    out, armed, inside, last_out = [], visible[0] < OUT, visible[0] >= IN, 0
    for i, share in enumerate(visible):
        if share < OUT:
            armed, last_out = True, i
        if not inside and share >= IN:
            inside = True
            if armed:
                out.append(("enters", i, SIDES[int(np.argmax(overflow[last_out] - overflow[i]))]))
            armed = False
        elif inside and share < IN:
            later = visible[i:]
            back = np.flatnonzero(later >= IN)
            gone = np.flatnonzero(later < OUT)
            if not len(back) or (len(gone) and gone[0] < back[0]):
                inside = False
                at = i + (gone[0] if len(gone) else len(later) - 1)
                out.append(("leaves", i, SIDES[int(np.argmax(overflow[at] - overflow[max(i - 1, 0)]))]))
    return out


def _turns(track: Track) -> list[int]:
    """Samples where the dominant direction changes for at least 0.6 s while moving."""
    velocity = np.gradient(track.sight.centre, axis=0)
    smooth = np.stack([np.convolve(np.pad(velocity[:, k], 4, mode="edge"), np.ones(9) / 9, mode="valid") for k in (0, 1)], -1)
    names = np.where(np.abs(smooth[:, 0]) >= np.abs(smooth[:, 1]), np.where(smooth[:, 0] > 0, 0, 1), np.where(smooth[:, 1] > 0, 2, 3))
    names = np.where(track.moving, names, -1)
    changes, current = [], -1
    for first, last in _runs(names):
        name = int(names[first])
        if name < 0:
            current = -1
        elif last - first >= 0.6 * RATE:
            if current >= 0 and name != current:
                changes.append(first)
            current = name
    return changes


def find_events(track: Track, seconds: float, colour: str, kind: str, mover: int) -> list[Event]:
    """All events of one mover within the clip, sorted by time."""
    sight, moving = track.sight, track.moving
    width = sight.box[:, 2] - sight.box[:, 0]
    presence = _presence(track)
    leaves = [i for verb, i, _ in presence if verb == "leaves"]
    found: list[tuple[int, str, str | None]] = []

    def sayable(i: int) -> bool:
        return sight.hidden[i] <= MOST_HIDDEN and width[i] >= LEAST_WIDTH

    def add_moves(i: int) -> None:
        if i >= len(moving) or not moving[i] or sight.visible[i] < IN or not sayable(i):
            return
        if any(0 <= leave - i < 0.4 * RATE for leave in leaves):
            return
        shift = sight.centre[i] - sight.centre[max(0, i - RATE // 2)]
        found.append((i, "moves", direction(shift)))

    for verb, i, side in presence:
        if sayable(max(i - 1, 0) if verb == "leaves" else i):
            found.append((i, verb, side))
        if verb == "enters":
            add_moves(i + round(0.7 * RATE))
    if moving[0] and sight.visible[0] >= OUT:
        add_moves(round(0.7 * RATE))
    enters = [i for verb, i, _ in presence if verb == "enters"]
    for first, last in _runs(moving):
        if moving[first] or last - first < RATE:
            continue
        if first > 0 and sight.visible[first] >= IN and sayable(first):
            found.append((first, "stops", None))
        if last < len(moving) and not any(0 <= last + 8 - i <= 0.7 * RATE for i in enters):
            add_moves(last + round(0.2 * RATE))
    for change in _turns(track):
        at = change + round(0.3 * RATE)
        if not any(0 <= at - i <= 0.7 * RATE for i in enters):
            add_moves(at)
    events = [Event(i / RATE, verb, place, colour, kind, mover) for i, verb, place in sorted(found, key=lambda row: row[0])]
    return [event for event in events if event.t < seconds]
