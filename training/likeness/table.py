"""Measures of real clips beside those of the world, as a Markdown table."""
from __future__ import annotations

import numpy as np

from .measures import PARTS, Measure, Observations, quantiles

NOTHING = "–"


def outside(measure: Measure, real: Observations, world: Observations) -> bool:
    """Whether the middle of a real clip lies beyond the 5 or 95 % of the world."""
    its, of_world = _rounded(measure, real), _rounded(measure, world)
    return not measure.share and its is not None and of_world is not None and not of_world[0] <= its[1] <= of_world[2]


def side(measure: Measure, real: dict[str, Observations], world: Observations) -> int:
    """-1 or 1 where the middles of all real clips lie below or above the world's, else 0."""
    its, of_world = [q for clip in real.values() if (q := _rounded(measure, clip))], _rounded(measure, world)
    if measure.share or of_world is None or len(its) < len(real):
        return 0
    above = {int(np.sign(q[1] - of_world[1])) for q in its}
    return above.pop() if len(above) == 1 else 0


def rows(real: dict[str, Observations], world: Observations) -> list[str]:
    lines = ["| | the world | " + " | ".join(real) + " |", "|---" * (len(real) + 2) + "|"]
    for part, measures in PARTS.items():
        lines.append(f"| **{part}** |" + " |" * (len(real) + 1))
        for measure in measures:
            clips = [_cell(measure, clip, outside(measure, clip, world)) for clip in real.values()]
            lines.append(f"| {measure.title} | {_cell(measure, world, False)} | " + " | ".join(clips) + " |")
    return lines


def said_aside(real: dict[str, Observations], world: Observations) -> list[str]:
    """A line for each measure in which the world is to one side of all real clips, though it may reach them."""
    lines = []
    for measure in (m for measures in PARTS.values() for m in measures):
        if where := side(measure, real, world):
            theirs = sorted(quantiles(clip[measure.key])[1] for clip in real.values())
            lines.append(f"{measure.title}: the world's middle is {_number(measure, quantiles(world[measure.key])[1])}, "
                         f"all real clips' {'above' if where > 0 else 'below'}, {_number(measure, theirs[0])} to {_number(measure, theirs[-1])}")
    return lines


def said_outside(real: dict[str, Observations], world: Observations) -> list[str]:
    """A line for each measure that the world does not reach."""
    lines = []
    for measure in (m for measures in PARTS.values() for m in measures):
        names = [name for name, clip in real.items() if outside(measure, clip, world)]
        if names:
            low, _, high = quantiles(world[measure.key])
            theirs = ", ".join(f"{name} {_number(measure, quantiles(real[name][measure.key])[1])}" for name in names)
            lines.append(f"{measure.title}: world {_number(measure, low)} to {_number(measure, high)}; {theirs}")
    return lines


def _rounded(measure: Measure, found: Observations) -> tuple[float, float, float] | None:
    """Quantiles as they are shown: a difference that nobody sees is none."""
    its = quantiles(found.get(measure.key, []))
    return its and tuple(round(q, measure.digits) + 0.0 for q in its)


def _number(measure: Measure, value: float) -> str:
    return f"{round(value, measure.digits) + 0.0:.{measure.digits}f}"   # + 0.0: no -0


def _cell(measure: Measure, found: Observations, stands_out: bool) -> str:
    values = found.get(measure.key, [])
    if not values:
        return NOTHING
    if measure.share:
        return f"{sum(values) / len(values):.0f}"
    low, middle, high = (_number(measure, q) for q in quantiles(values))
    middle = f"**{middle}**" if stands_out else middle
    return f"{low} / {middle} / {high}"
