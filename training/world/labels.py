"""Per-frame label maps on a 12x12 grid, from the movers' true outlines."""
from __future__ import annotations

import cv2
import numpy as np

from .casting import Actor
from .colours import COLOURS, KINDS
from .shapes import Polygon, fill
from .trajectories import RATE
from .visibility import Stage

CELLS, FINE = 12, 96
NONE = 255
LEAST_COVER = 0.25


class Labeller:
    """Collects the maps frame by frame; a mover that never moved yet counts as background."""

    def __init__(self, stage: Stage, actors: list[Actor], frames: int) -> None:
        self._stage, self._actors = stage, actors
        self._front = np.zeros((FINE, FINE), np.uint8)
        for x0, y0, x1, y1 in stage.occluders:
            fill(self._front, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), 255)
        self._velocity = [np.gradient(actor.track.sight.centre, axis=0) * RATE for actor in actors]
        self._woken = [np.maximum.accumulate(actor.track.moving) for actor in actors]
        shape = (frames, CELLS, CELLS)
        self.grid = {"cover": np.zeros(shape, np.uint8), "state": np.zeros(shape, np.uint8),
                     "vx": np.zeros(shape, np.float16), "vy": np.zeros(shape, np.float16),
                     "colour": np.full(shape, NONE, np.uint8), "kind": np.full(shape, NONE, np.uint8)}

    def repeat(self, t: int) -> None:
        for values in self.grid.values():
            values[t] = values[t - 1]

    def frame(self, t: int, sample: int, drawn: list[tuple[int, list[Polygon]]]) -> None:
        """`drawn` lists the movers far to near, as they were painted."""
        if not drawn:
            return
        front, total = self._front, np.zeros((CELLS, CELLS), np.float32)
        best = np.zeros((CELLS, CELLS), np.float32)
        owner = np.full((CELLS, CELLS), -1)
        for i, polygons in reversed(drawn):
            mask = np.zeros((FINE, FINE), np.uint8)
            for polygon in polygons:
                if polygon.solid:
                    fill(mask, polygon.points, 255)
            if self._actors[i].track.sight.depth[sample] > 0.6 * self._stage.far_depth:
                mask[:round(self._stage.far_row * FINE)] = 0
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
            self.grid["colour"][t][mine] = COLOURS.index(actor.colour)
            self.grid["kind"][t][mine] = KINDS.index(actor.kind)
