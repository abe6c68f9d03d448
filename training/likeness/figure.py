"""Small multiples: where each real clip lies beside the world."""
from __future__ import annotations

import re
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator

from .measures import PARTS, Measure, Observations, quantiles
from .table import outside

COLUMNS = 4
WORLD, INSIDE, OUTSIDE = "#c9d7e6", "#3b4a5a", "#d0342c"


def draw(real: dict[str, Observations], world: Observations, path: Path) -> None:
    shown = [m for measures in PARTS.values() for m in measures if not m.share and world.get(m.key)]
    count = -(-len(shown) // COLUMNS)
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["svg.hashsalt"] = "likeness"
    matplotlib.rcParams["font.sans-serif"] = ["DejaVu Sans"]
    figure, axes = plt.subplots(count, COLUMNS, figsize=(3.1 * COLUMNS, 0.4 * count + 0.16 * count * len(real)), sharey=True, layout="constrained")
    for axis, measure in zip(axes.flat, shown):
        _panel(axis, measure, real, world)
    for axis in axes.flat[len(shown):]:
        axis.axis("off")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    path.write_text(_short(path.read_text()))


def _short(svg: str) -> str:
    """Without comments, indents and digits of coordinates that nobody sees: two thirds as large."""
    svg = re.sub(r"<!--.*?-->|(?<=>)\s+(?=<)", "", svg, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", lambda tag: re.sub(r"\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}", tag[0]), svg)


def _panel(axis: Axes, measure: Measure, real: dict[str, Observations], world: Observations) -> None:
    """The world's 5 to 95 % as a band, its median as a line; each clip as a line of the same with a dot."""
    low, middle, high = quantiles(world[measure.key])
    clips = {name: quantiles(clip.get(measure.key, [])) for name, clip in real.items()}
    least = _least([*clips.values(), (low, middle, high)]) if measure.log else float("-inf")
    axis.axvspan(max(low, least), max(high, least), color=WORLD, linewidth=0, clip_on=False)
    axis.axvline(max(middle, least), color="white", linewidth=1.5, clip_on=False)
    for row, (name, its) in enumerate(clips.items()):
        if its is None:
            continue
        a, b, c = (max(value, least) for value in its)
        colour = OUTSIDE if outside(measure, real[name], world) else INSIDE
        axis.plot([a, c], [row, row], color=colour, linewidth=1, clip_on=False)
        axis.plot([b], [row], "o", color=colour, markersize=4, clip_on=False)
    if measure.log:
        axis.set_xscale("log")
        axis.minorticks_off()
        axis.xaxis.set_major_locator(LogLocator(numticks=4))
        axis.xaxis.set_major_formatter("{x:g}")
    else:
        axis.xaxis.set_major_locator(MaxNLocator(4))
    axis.set_title(measure.title, fontsize=8, loc="left", pad=3)
    axis.set_yticks(range(len(real)), list(real), fontsize=7)
    axis.set_ylim(len(real) - 0.4, -0.6)
    axis.tick_params(axis="x", labelsize=7, length=2, pad=1)
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right", "left"]].set_visible(False)


def _least(found: list[tuple[float, float, float] | None]) -> float:
    """Half of the smallest that is more than nothing: where nothing is drawn on a scale that has no zero."""
    values = [value for three in found if three for value in three if value > 0.01]
    return min(values) / 2 if values else 0.01
