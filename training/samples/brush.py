"""Paints a standing picture in metres: on the ground, on what stands upright, and on the picture itself."""
from __future__ import annotations

import cv2
import numpy as np

from world.projection import View

SHIFT = 4
FINER = 2
"""Painted so many times larger than the picture: edges are smooth then."""


class Brush:
    """A picture [H,W,3] that is being painted, far things first. Colours are RGB."""

    def __init__(self, view: View, width: int, height: int, colour) -> None:
        self._view = view
        self._size = np.array([width * FINER, height * FINER])
        self._picture = np.full((height * FINER, width * FINER, 3), colour, np.uint8)

    def flat(self, points, colour) -> None:
        """A polygon in picture widths and heights [k,2]."""
        pixels = np.asarray(points, float) * (self._size << SHIFT) - (1 << SHIFT) / 2
        cv2.fillPoly(self._picture, [np.round(pixels).astype(np.int32)], [float(c) for c in colour], cv2.LINE_AA, SHIFT)

    def solid(self, points, colour) -> None:
        """A polygon in metres [k,3]: right, away, up."""
        self.flat(self._view.project(np.asarray(points, float))[0], colour)

    def ground(self, points, colour) -> None:
        """A polygon on the ground [k,2]."""
        self.solid([(x, y, 0.0) for x, y in points], colour)

    def floor(self, x0: float, x1: float, y0: float, y1: float, colour) -> None:
        """A rectangle on the ground."""
        self.ground([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def wall(self, x0: float, x1: float, y: float, z0: float, z1: float, colour) -> None:
        """An upright rectangle that faces the camera."""
        self.solid([(x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)], colour)

    def ball(self, x: float, y: float, z: float, radius: float, colour) -> None:
        """Something round, seen as a disc."""
        turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        self.solid(np.stack([x + radius * np.cos(turn), 0 * turn + y, z + radius * np.sin(turn)], -1), colour)

    def disc(self, x: float, y: float, radius: float, colour) -> None:
        """A disc that lies on the ground."""
        turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        self.ground(np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], -1), colour)

    def rounded(self, x0: float, x1: float, y0: float, y1: float, radius: float, colour) -> None:
        """A rectangle with round corners on the ground."""
        turn = np.linspace(0, np.pi / 2, 12)
        corners = [(x1 - radius, y1 - radius, 0), (x0 + radius, y1 - radius, 1), (x0 + radius, y0 + radius, 2), (x1 - radius, y0 + radius, 3)]
        self.ground([(x + radius * np.cos(a + quarter * np.pi / 2), y + radius * np.sin(a + quarter * np.pi / 2)) for x, y, quarter in corners for a in turn], colour)

    def finish(self, glow: float = 0.0) -> np.ndarray:
        """The picture, lighter at the upper left and darker at the lower right by `glow`."""
        width, height = self._size // FINER
        picture = cv2.resize(self._picture, (int(width), int(height)), interpolation=cv2.INTER_AREA).astype(np.float32)
        xs, ys = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
        return np.clip(picture * (1 - glow * (xs * 0.5 + ys * 0.5))[..., None], 0, 255).astype(np.uint8)
