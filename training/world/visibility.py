"""Where a mover is in the picture over time: box, visible part and how much occluders hide."""
from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from .movers import Shape
from .projection import View

SIDES = ("left", "right", "top", "bottom")
IN, OUT = 0.35, 0.05
"""Shares of a mover in the picture from which it is there, and under which it is gone."""


@dataclass(frozen=True)
class Stage:
    """What bounds visibility: the view, the far edge (a hill or doorway) and standing occluders."""
    view: View
    far_row: float                                        # movers deeper than `far_depth` are hidden above this row
    far_depth: float
    occluders: tuple[tuple[float, float, float, float], ...]   # x0, y0, x1, y1


@dataclass(frozen=True)
class Sight:
    box: np.ndarray        # [N,4] x0 y0 x1 y1, not clipped
    clipped: np.ndarray    # [N,4]
    visible: np.ndarray    # [N] share of the box inside the picture
    hidden: np.ndarray     # [N] share of the visible box behind occluders
    overflow: np.ndarray   # [N,4] share of the box beyond left, right, top, bottom
    centre: np.ndarray     # [N,2]
    depth: np.ndarray      # [N]


def look(stage: Stage, shape: Shape, position: np.ndarray, heading: np.ndarray) -> Sight:
    """Follow a shape along ground positions [N,2] with headings [N]."""
    cos, sin = np.cos(heading), np.sin(heading)
    forward, left, up = shape.bounds.T[:, :, None]
    world = np.stack([position[:, 0] + cos * forward - sin * left, position[:, 1] + sin * forward + cos * left,
                      np.broadcast_to(up, (len(up), len(position)))], -1)   # [points, N, 3]: reduced over the first axis
    image, depths = stage.view.project(world)
    box = np.concatenate([image.min(0), image.max(0)], -1)
    depth = depths.mean(0)
    top = np.where(depth > 0.6 * stage.far_depth, stage.far_row, 0.0)
    clipped = np.stack([np.clip(box[:, 0], 0, 1), np.clip(box[:, 1], top, 1), np.clip(box[:, 2], 0, 1), np.clip(box[:, 3], top, 1)], -1)
    width, height = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    seen = (clipped[:, 2] - clipped[:, 0]) * (clipped[:, 3] - clipped[:, 1])
    hidden = np.zeros(len(box))
    for x0, y0, x1, y1 in stage.occluders:
        across = np.clip(np.minimum(clipped[:, 2], x1) - np.maximum(clipped[:, 0], x0), 0, None)
        down = np.clip(np.minimum(clipped[:, 3], y1) - np.maximum(clipped[:, 1], y0), 0, None)
        hidden += across * down
    overflow = np.stack([-box[:, 0] / width, (box[:, 2] - 1) / width, (top - box[:, 1]) / height, (box[:, 3] - 1) / height], -1)
    middle = np.stack([position[:, 0], position[:, 1], np.full(len(position), shape.extent[2] * 0.4)], -1)
    return Sight(box, clipped, seen / (width * height), np.minimum(hidden / np.maximum(seen, 1e-6), 1.0),
                 np.clip(overflow, 0, 1), stage.view.project(middle)[0], depth)


def cut(before: Sight, after: Sight, sample: int) -> Sight:
    """One sight up to a sample, another one from there on: the camera was moved."""
    return Sight(**{f.name: np.concatenate([getattr(before, f.name)[:sample], getattr(after, f.name)[sample:]]) for f in fields(Sight)})
