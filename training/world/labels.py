"""Per-frame label maps on a grid, from the movers' true outlines: state, velocity, colour, kind, where the mover's box has its centre, its size."""
from __future__ import annotations

import cv2
import numpy as np

from .casting import Actor
from .colours import KINDS, TOLD
from .shapes import Polygon, fill
from .trajectories import RATE
from .visibility import Stage

CELLS, FINE = 16, 128
NONE = 255
LEAST_COVER = 0.25


def woken(actor: Actor) -> np.ndarray:
    """Whether it has moved or appeared yet: before, it belongs to the background. [N] bool."""
    appeared = actor.track.shown & ~actor.track.shown[0]
    return np.maximum.accumulate(actor.track.moving | appeared)


def _velocity(actor: Actor) -> np.ndarray:
    """In frame widths and heights a second; a jump of the camera is none. [N,2]."""
    velocity = np.gradient(actor.track.sight.centre, axis=0) * RATE
    return np.where(np.abs(velocity).max(1, keepdims=True) > 4, 0.0, velocity)


class Labeller:
    """Collects the maps frame by frame; a mover that never moved yet counts as background."""

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

    def frame(self, t: int, sample: int, drawn: list[tuple[int, list[Polygon]]], stage: Stage) -> None:
        """`drawn` lists the movers far to near, as they were painted."""
        if not drawn:
            return
        front, total = np.zeros((FINE, FINE), np.uint8), np.zeros((CELLS, CELLS), np.float32)
        for x0, y0, x1, y1 in stage.occluders:
            fill(front, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), 255)
        best = np.zeros((CELLS, CELLS), np.float32)
        owner = np.full((CELLS, CELLS), -1)
        for i, polygons in reversed(drawn):
            mask = np.zeros((FINE, FINE), np.uint8)
            for polygon in polygons:
                if polygon.solid:
                    fill(mask, polygon.points, 255)
            if self._actors[i].track.sight.depth[sample] > 0.6 * stage.far_depth:
                mask[:round(stage.far_row * FINE)] = 0
            seen = cv2.min(mask, cv2.bitwise_not(front))
            front = cv2.max(front, mask)
            if not self._woken[i][sample]:
                continue
            cover = cv2.resize(seen, (CELLS, CELLS), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
            total += cover
            owner[cover > best] = i
            best = np.maximum(best, cover)
        self.grid["cover"][t] = np.clip(total * 255 + 0.5, 0, 255)
        for i, _ in drawn:
            mine = (owner == i) & (best >= LEAST_COVER)
            actor = self._actors[i]
            moving = bool(actor.track.moving[sample])
            self.grid["state"][t][mine] = 1 if moving else 2
            if moving:
                self.grid["vx"][t][mine], self.grid["vy"][t][mine] = self._velocity[i][sample]
            x0, y0, x1, y1 = actor.track.sight.clipped[sample]
            rows, columns = np.nonzero(mine)
            self.grid["dx"][t][mine] = (x0 + x1) / 2 - (columns + 0.5) / CELLS
            self.grid["dy"][t][mine] = (y0 + y1) / 2 - (rows + 0.5) / CELLS
            self.grid["width"][t][mine], self.grid["height"][t][mine] = x1 - x0, y1 - y0
            self.grid["colour"][t][mine] = TOLD.index(actor.colour)
            self.grid["kind"][t][mine] = KINDS.index(actor.kind)
