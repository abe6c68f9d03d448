"""Who sees what, and from where: the masks and query positions of streaming with sinks and windows.

The dense forward pass of training gets from here what the rings give when streaming:
- a visual query or a text query of unit u sees the visual sink (unit 0) and the last `window_units` units up to u;
- a text query sees the text sink (the first token) and the last whole groups that fit the text window. A group is
  what was fed while one unit was the newest: the closing token of the unit before, then this unit's words;
- positions in a window are true differences; a sink stands right before the oldest survivor of its window.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SINK = -1
"""Group of the text sink."""


@dataclass(frozen=True)
class View:
    window: np.ndarray
    """[Q,K] bool: the key is in the query's window (a sink never is)."""
    sink_position: np.ndarray
    """[Q] where to rotate a query for the sink's keys."""


def visual_view(now: np.ndarray, times: np.ndarray, window_units: int) -> View:
    """now [Q]: newest unit that each query sees; times [U]: position of each unit."""
    units = np.arange(len(times))
    window = (units[None] <= now[:, None]) & (units[None] > now[:, None] - window_units) & (units[None] > 0)
    oldest = window.argmax(1)
    glued = times[now] - times[oldest] + 1 + times[0]
    return View(window, np.where(window.any(1), glued, times[now]))


def text_view(groups: np.ndarray, positions: np.ndarray, parents: dict[int, list[int]], window_tokens: int) -> View:
    """groups [T]: group of each token; parents: the groups before each group, oldest first, the sink left out.

    Whole groups leave, oldest first, until those before the current one hold at most `window_tokens`.
    """
    count = len(groups)
    order = np.arange(count)
    window = np.zeros((count, count), bool)
    sink = np.zeros(count)
    sizes = {g: int((groups == g).sum()) for g in set(groups.tolist())}
    for group, before in parents.items():
        kept, total = [group], 0
        for earlier in reversed(before):
            total += sizes.get(earlier, 0)
            if total > window_tokens:
                break
            kept.append(earlier)
        rows = order[groups == group]
        seen = np.isin(groups, kept)
        window[rows] = seen & (order[None] <= rows[:, None])
        sink[rows] = positions[rows] - positions[seen].min() + 1
    return View(window, sink)
