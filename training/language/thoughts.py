"""What is said about a unit: one clause an event, nothing (a skip) when nothing happened."""
from __future__ import annotations

from collections.abc import Sequence

SIDES = ("left", "right", "top", "bottom")
DIRECTIONS = ("left", "right", "up", "down")
PERCEPTION_S = 0.15
"""An event belongs to the first unit whose last frame is this much later than it: before, it cannot be seen."""


def clause(event) -> str:
    """`a red car enters from the left`"""
    article = "an" if event.colour[0] in "aeiou" else "a"
    subject = f"{article} {event.colour} {event.kind}"
    match event.verb:
        case "enters":
            return f"{subject} enters from the {event.place}"
        case "leaves":
            return f"{subject} leaves at the {event.place}"
        case "moves":
            return f"{subject} moves {event.place}"
        case "stops":
            return f"{subject} stops"
    raise ValueError(f"no clause for {event.verb!r}")


def thought(events: Sequence) -> str:
    return " , ".join(clause(e) for e in events)


def event_class(event) -> int:
    """Index of the auxiliary target: 4 sides of entering, 4 of leaving, 4 directions, stops."""
    match event.verb:
        case "enters":
            return SIDES.index(event.place)
        case "leaves":
            return 4 + SIDES.index(event.place)
        case "moves":
            return 8 + DIRECTIONS.index(event.place)
    return 12


def by_unit(events: Sequence, unit_end: Sequence[float]) -> list[list]:
    """Events of each unit; unit_end: time of each unit's last frame (s). Later events than the clip's end are left out."""
    units: list[list] = [[] for _ in unit_end]
    for event in events:
        for unit, end in enumerate(unit_end):
            if end >= event.t + PERCEPTION_S:
                units[unit].append(event)
                break
    return units
