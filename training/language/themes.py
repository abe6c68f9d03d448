"""One word for what a clip is about, from what happened so far."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

THEMES = ("quiet", "collision", "meeting", "handling", "chase", "parking", "disturbance", "traffic", "walking", "motion")


def theme(events: Sequence) -> str:
    """The rarest thing that happened decides; else the kind that came most."""
    verbs = {e.verb for e in events}
    if "hits" in verbs:
        return "collision"
    if "meets" in verbs:
        return "meeting"
    if verbs & {"put down", "taken"}:
        return "handling"
    if "follows" in verbs:
        return "chase"
    if any(e.verb == "stops" and e.kind == "car" for e in events):
        return "parking"
    kinds = Counter(e.kind for e in events if e.kind)
    if not kinds:
        return "disturbance" if events else "quiet"
    return {"car": "traffic", "person": "walking"}.get(max(sorted(kinds), key=lambda k: kinds[k]), "motion")
