"""Which clips are worth rendering: those of which there is most to tell, and of that the rare rather than the common."""
from __future__ import annotations

from world import Plan, plan_clip
from world.disturbances import CHANCE

COMMON = ("enters", "leaves", "moves", "starts", "stops")
RARE_COUNTS = 3
"""A rare event counts as much as so many common ones."""


def worth(plan: Plan) -> int:
    return sum(1 if event.verb in COMMON else RARE_COUNTS for event in plan.events)


def chosen(first_seed: int, among: int, seconds: float, rare: bool = False, disturbed: float = CHANCE) -> Plan:
    """The plan of which there is most to tell, of those of so many seeds in a row. Of one, it is that."""
    return max((plan_clip(first_seed + i, seconds, rare, disturbed) for i in range(among)), key=worth)
