"""What is said about a unit: one clause an event, nothing (a skip) when nothing happened."""
from __future__ import annotations

from collections.abc import Sequence

SIDES = ("left", "right", "top", "bottom")
DIRECTIONS = ("left", "right", "up", "down")
MIRRORED = {"left": "right", "right": "left"}
"""Sides and directions in a mirror, where they are others there."""
PERCEPTION_S, SLOWLY_S = 0.05, {"starts": 0.25}
"""An event belongs to the first unit whose last frame is this much later than it: before, too little of it is seen.
What stood and starts has hardly come forward by then."""
CAME, WENT = ("enters", "appears"), ("leaves", "vanishes")
MOST = 99
"""Counts stop here."""

PLACES: dict[str, tuple[str, ...]] = {"enters": SIDES, "leaves": SIDES, "moves": DIRECTIONS, "starts": DIRECTIONS, "turns": DIRECTIONS}
TEXTS = {
    "enters": "enters from the {place}", "leaves": "leaves at the {place}", "moves": "moves {place}",
    "starts": "starts moving {place}", "turns": "turns {place}", "stops": "stops", "speeds up": "speeds up",
    "slows down": "slows down", "comes closer": "comes closer", "goes away": "goes away", "appears": "appears",
    "vanishes": "vanishes", "put down": "is put down", "taken": "is taken", "meets": "meets {other}", "passes": "passes {other}",
    "hits": "hits {other}", "follows": "follows {other}",
}
SCENE = {"lights off": "the lights go off", "lights on": "the lights go on", "camera moves": "the camera moves",
         "camera covered": "the camera is covered", "camera free": "the camera is free", "crowd": "several people are there"}
VERBS = (*TEXTS, *SCENE)
CLASSES = [(verb, place) for verb in VERBS for place in PLACES.get(verb, (None,))]
"""Verb and place of every auxiliary target of the visual tokens."""
PLURALS = {"car": "cars", "person": "people", "object": "objects", "hand": "hands", "animal": "animals"}


SIZES = ("small", "big")
"""Said of what moves, where it is either."""


def named(colour: str, kind: str, size: str | None = None) -> str:
    """`a red car`, `a big red car`"""
    words = f"{size} {colour}" if size else colour
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words} {kind}"


def clause(event, tally: int | None = None) -> str:
    """`a red car enters from the left #3`: the third car that came; `a big red car moves right`."""
    if event.verb in SCENE:
        return SCENE[event.verb]
    text = TEXTS[event.verb].format(place=event.place, other=named(*event.other) if event.other else "")
    size = event.size if event.verb == "moves" else None
    return f"{named(event.colour, event.kind, size)} {text}" + (f" #{min(tally, MOST)}" if tally else "")


def event_class(event) -> int:
    """Index of the auxiliary target."""
    return CLASSES.index((event.verb, event.place))


def by_unit(events: Sequence, unit_end: Sequence[float]) -> list[list]:
    """Events of each unit; unit_end: time of each unit's last frame (s). Later events than the clip's end are left out."""
    units: list[list] = [[] for _ in unit_end]
    for event in events:
        for unit, end in enumerate(unit_end):
            if end >= event.t + SLOWLY_S.get(event.verb, PERCEPTION_S):
                units[unit].append(event)
                break
    return units
