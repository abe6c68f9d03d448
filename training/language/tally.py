"""What is counted while it is told, and the recap that says it: what happened before the oldest thought that is remembered."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy

from .themes import Gist
from .thoughts import CAME, MOST, PLURALS, WENT, clause


class Tally:
    """How many of each kind came, went and stopped so far, what happened first, and what it is all about."""

    def __init__(self, came: Counter | None = None, went: Counter | None = None, stopped: Counter | None = None, first: str | None = None,
                 gist: Gist | None = None) -> None:
        self.came, self.went, self.stopped = Counter(came), Counter(went), Counter(stopped)
        self.first, self.gist = first, gist or Gist()

    def copy(self) -> Tally:
        return deepcopy(self)

    def count(self, event) -> int | None:
        """Counts an event. Returns its number, if it is one that is told with it."""
        self.gist.add(event)
        self.first = self.first or clause(event)
        if event.verb == "stops":
            self.stopped[event.kind] += 1
        for verbs, counter in ((CAME, self.came), (WENT, self.went)):
            if event.verb in verbs:
                counter[event.kind] += 1
                return counter[event.kind]
        return None

    def recap(self) -> str:
        """`so far about traffic , first a red car enters from the left , 3 cars 1 person came , 2 cars went , 1 car stopped`"""
        counts = [f"{' '.join(amount(n, k) for k, n in sorted(counter.items()) if n)} {word}"
                  for counter, word in ((self.came, "came"), (self.went, "went"), (self.stopped, "stopped")) if any(counter.values())]
        return " , ".join([f"so far about {self.gist.theme}", *([f"first {self.first}"] if self.first else []), *counts])


def amount(count: int, kind: str) -> str:
    return f"{min(count, MOST)} {kind if count == 1 else PLURALS[kind]}"


def thought(events: Sequence, tally: Tally) -> str:
    """The clauses of a unit; counts what it tells."""
    return " , ".join(clause(e, tally.count(e)) for e in events)
