"""Per-frame label maps on a grid, from the movers' true outlines: state, velocity, colour, kind, where the mover's box has its centre, its size."""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .actors import Actor
from .colours import KINDS, TOLD
from .shapes import Polygon, fill
from .trajectories import RATE
from .visibility import Stage

CELLS, FINE = 16, 128
NONE = 255
MOVING, STANDING, RESTING = 1, 2, 3
"""States of a cell. What rests has been there from the start, and is part of the background until it moves."""
LEAST_COVER = 0.25


def woken(actor: Actor) -> np.ndarray:
    """Whether it has moved or appeared yet: before, it belongs to the background. [N] bool."""
    appeared = actor.track.shown & ~actor.track.shown[0]
    return np.maximum.accumulate(actor.track.moving | appeared)


def _velocity(actor: Actor) -> np.ndarray:
    """In frame widths and heights a second; a jump of the camera is none. [N,2]."""
    velocity = np.gradient(actor.track.sight.centre, axis=0) * RATE
    return np.where(np.abs(velocity).max(1, keepdims=True) > 4, 0.0, velocity)


@dataclass(frozen=True)
class Resting:
    """What stands there all through the clip."""
    polygons: list[Polygon]
    clipped: np.ndarray      # x0 y0 x1 y1, as far as it is in the picture
    colour: str
    kind: str


class Labeller:
    """Collects the maps frame by frame."""

    def __init__(self, actors: list[Actor], frames: int) -> None:
        self._actors = actors
        self._velocity = [_velocity(actor) for actor in actors]
        self._woken = [woken(actor) for actor in actors]
        shape = (frames, CELLS, CELLS)
        self.grid = {"cover": np.zeros(shape, np.uint8), "state": np.zeros(shape, np.uint8),
                     "vx": np.zeros(shape, np.float16), "vy": np.zeros(shape, np.float16),
                     "dx": np.zeros(shape, np.float16), "dy": np.zeros(shape, np.float16),
                     "width": np.zeros(shape, np.float16), "height": np.zeros(shape, np.float16),
                     "colour": np.full(shape, NONE, np.uint8), "kind": np.full(shape, NONE, np.uint8)}

    def repeat(self, t: int) -> None:
        for values in self.grid.values():
            values[t] = values[t - 1]

    def frame(self, t: int, sample: int, drawn: list[tuple[int, list[Polygon]]], stage: Stage, resting: list[Resting]) -> None:
        """`drawn` lists the movers far to near, as they were painted; `resting` what was painted before them, in that order, too."""
        if not drawn and not resting:
            return
        front, total = np.zeros((FINE, FINE), np.uint8), np.zeros((CELLS, CELLS), np.float32)
        for x0, y0, x1, y1 in stage.occluders:
            fill(front, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), 255)
        best = np.zeros((CELLS, CELLS), np.float32)
        owner = np.full((CELLS, CELLS), -1)
        for i, polygons in reversed(drawn):
            mask = _outline(polygons)
            if self._actors[i].track.sight.depth[sample] > 0.6 * stage.far_depth:
                mask[:round(stage.far_row * FINE)] = 0
            cover, front = _covered(mask, front)
            if self._woken[i][sample]:
                total += cover
            owner[cover > best] = i
            best = np.maximum(best, cover)
        for i, still in reversed(list(enumerate(resting, len(self._actors)))):
            cover, front = _covered(_outline(still.polygons), front)
            owner[cover > best] = i
            best = np.maximum(best, cover)
        self.grid["cover"][t] = np.clip(total * 255 + 0.5, 0, 255)
        for i, _ in drawn:
            mine = (owner == i) & (best >= LEAST_COVER)
            actor = self._actors[i]
            moving = bool(actor.track.moving[sample])
            if moving:
                self.grid["vx"][t][mine], self.grid["vy"][t][mine] = self._velocity[i][sample]
            state = MOVING if moving else STANDING if self._woken[i][sample] else RESTING
            self._mark(t, mine, state, actor.track.sight.clipped[sample], actor.colour, actor.kind)
        for i, still in enumerate(resting, len(self._actors)):
            self._mark(t, (owner == i) & (best >= LEAST_COVER), RESTING, still.clipped, still.colour, still.kind)

    def _mark(self, t: int, mine: np.ndarray, state: int, box: np.ndarray, colour: str, kind: str) -> None:
        """Writes what the cells of one hold. mine [G,G] bool; box: x0 y0 x1 y1."""
        x0, y0, x1, y1 = box
        rows, columns = np.nonzero(mine)
        self.grid["state"][t][mine] = state
        self.grid["dx"][t][mine] = (x0 + x1) / 2 - (columns + 0.5) / CELLS
        self.grid["dy"][t][mine] = (y0 + y1) / 2 - (rows + 0.5) / CELLS
        self.grid["width"][t][mine], self.grid["height"][t][mine] = x1 - x0, y1 - y0
        self.grid["colour"][t][mine] = TOLD.index(colour)
        self.grid["kind"][t][mine] = KINDS.index(kind)


def _outline(polygons: list[Polygon]) -> np.ndarray:
    mask = np.zeros((FINE, FINE), np.uint8)
    for polygon in polygons:
        if polygon.solid:
            fill(mask, polygon.points, 255)
    return mask


def _covered(mask: np.ndarray, front: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of each cell that shows an outline behind what is in front of it [G,G], and what is in front of the next one."""
    seen = cv2.min(mask, cv2.bitwise_not(front))
    return cv2.resize(seen, (CELLS, CELLS), interpolation=cv2.INTER_AREA).astype(np.float32) / 255, cv2.max(front, mask)
