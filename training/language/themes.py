"""One word for what a clip is about, from what happened so far."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from copy import deepcopy

RARE = ("collision", "meeting", "handling", "chase", "parking")
"""The rarest first."""
THEMES = ("quiet", *RARE, "disturbance", "traffic", "walking", "motion")
SHOWN_BY = {"hits": "collision", "meets": "meeting", "put down": "handling", "taken": "handling", "follows": "chase"}
MOSTLY = {"car": "traffic", "person": "walking"}


def shown_by(event) -> str | None:
    """The rare theme that an event is of, if it is of one."""
    return "parking" if (event.verb, event.kind) == ("stops", "car") else SHOWN_BY.get(event.verb)


class Gist:
    """What it has been about so far: the rarest thing that happened decides; else the kind to which most happened."""

    def __init__(self, rarest: str | None = None, kinds: Counter | None = None) -> None:
        self.rarest, self.kinds, self.disturbed = rarest, Counter(kinds), False

    def add(self, event) -> None:
        if event.kind:
            self.kinds[event.kind] += 1
        elif event.verb != "crowd":
            self.disturbed = True
        if (shown := shown_by(event)) and (self.rarest is None or RARE.index(shown) < RARE.index(self.rarest)):
            self.rarest = shown

    @property
    def theme(self) -> str:
        if self.rarest:
            return self.rarest
        if not self.kinds:
            return "disturbance" if self.disturbed else "quiet"
        return MOSTLY.get(max(sorted(self.kinds), key=lambda kind: self.kinds[kind]), "motion")


def theme(events: Iterable, before: Gist | None = None) -> str:
    """Of what happened from the beginning on, or after what there is a gist of."""
    gist = deepcopy(before) if before else Gist()
    for event in events:
        gist.add(event)
    return gist.theme
