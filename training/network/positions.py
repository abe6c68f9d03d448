"""Who sees what, and from where: the masks and query positions of streaming with sinks and windows.

The dense forward pass of training gets from here what the rings give when streaming:
- a visual query or a text query of unit u sees the visual sink (unit 0) and the last `window_units` units up to u;
- a text query sees the text sink (the first token) and the last whole groups that fit the text window. A group is
  what was fed while one unit was the newest: the closing token of the unit before, then this unit's words. One that is
  nothing but silence after silence is forgotten: nobody sees it afterwards, and what follows takes its position;
- positions in a window are true differences; a sink stands right before the oldest survivor of its window.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

SINK, NOWHERE = -1, -2
"""Groups of the text sink, and of padding."""


def silence(unit: int) -> int:
    """Group of a unit's token that is forgotten."""
    return NOWHERE - 1 - unit


@dataclass(frozen=True)
class View:
    window: Tensor
    """[...,Q,K] bool: the key is in the query's window (a sink never is)."""
    sink_position: Tensor
    """[...,Q] where to rotate a query for the sink's keys."""


def visual_view(now: Tensor, times: Tensor, window_units: Tensor | int) -> View:
    """now [B,Q]: newest unit that each query sees; times [B,U]: position of each unit; window_units: one for all, or [B,1]."""
    units = torch.arange(times.shape[-1], device=times.device)
    oldest = (now - window_units + 1).clamp(min=1)
    window = (units <= now[..., None]) & (units >= oldest[..., None])
    then = times.gather(-1, oldest.clamp(max=times.shape[-1] - 1))
    here = times.gather(-1, now)
    return View(window, torch.where(now > 0, here - then + 1 + times[..., :1], here))


@dataclass(frozen=True)
class TextRanges:
    """What the text window of each token [T] holds: its own group up to itself, and the groups from `low` to `high`."""
    low: np.ndarray
    high: np.ndarray
    sink_position: np.ndarray


def text_ranges(groups: np.ndarray, positions: np.ndarray, parents: dict[int, range], window_tokens: int) -> TextRanges:
    """groups [T]: group of each token; parents: the groups before each group, the sink left out.

    Whole groups leave, oldest first, until those before the current one hold at most `window_tokens`.
    """
    names, begins, which = np.unique(groups, return_index=True, return_inverse=True)
    begin, kept = positions[begins], names >= 0
    sizes = np.bincount(groups[groups >= 0], minlength=max((p.stop for p in parents.values()), default=0))
    first = np.full(len(sizes), np.iinfo(np.int64).max)
    first[names[kept]] = begin[kept]
    low, high, oldest = np.zeros_like(names), np.full_like(names, -1), np.zeros_like(names)
    for i, group in enumerate(names):
        if group == SINK:
            continue
        before, total = parents[int(group)], 0
        low[i], high[i] = before.stop, before.stop - 1
        for earlier in reversed(before):
            total += sizes[earlier]
            if total > window_tokens:
                break
            low[i] = earlier
        oldest[i] = min(begin[i], first[low[i]:before.stop].min(initial=begin[i]))
    return TextRanges(low[which], high[which], np.where(groups == SINK, 0, positions - oldest[which] + 1))


def text_view(groups: Tensor, low: Tensor, high: Tensor, sink_position: Tensor) -> View:
    """The view of tokens [B,T] by their ranges."""
    order = torch.arange(groups.shape[-1], device=groups.device)
    key = groups[..., None, :]
    seen = (key == groups[..., None]) | ((key >= low[..., None]) & (key <= high[..., None]))
    return View(seen & (order <= order[:, None]) & (groups != SINK)[..., None] & (key != SINK), sink_position)
