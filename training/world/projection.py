"""A pinhole camera over the ground plane, in normalised image coordinates."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class View:
    """Looks at the world origin from `distance` metres, `pitch` radians below level."""
    focal: float      # in frame widths
    pitch: float
    distance: float
    aspect: float     # true width / height of the camera's picture
    roll: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)   # of the whole picture: a camera that was moved

    @property
    def position(self) -> np.ndarray:
        return np.array([0.0, -self.distance * np.cos(self.pitch), self.distance * np.sin(self.pitch)])

    @property
    def horizon(self) -> float:
        return 0.5 - self.focal * self.aspect * np.tan(self.pitch)

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World points [...,3] to image points [...,2] and depths [...]."""
        sin, cos = np.sin(self.pitch), np.cos(self.pitch)
        relative = points - self.position
        depth = np.maximum(relative[..., 1] * cos - relative[..., 2] * sin, 0.06 * self.distance)
        right = self.focal * relative[..., 0] / depth
        up = self.focal * (relative[..., 1] * sin + relative[..., 2] * cos) / depth
        cr, sr = np.cos(self.roll), np.sin(self.roll)
        x, y = cr * right + sr * up, cr * up - sr * right
        return np.stack([0.5 + x + self.shift[0], 0.5 - self.aspect * y + self.shift[1]], -1), depth

    def ground(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Image points [...,2] to ground points [...,2] and depths (inf above the horizon)."""
        sin, cos = np.sin(self.pitch), np.cos(self.pitch)
        x, y = xy[..., 0] - self.shift[0] - 0.5, (0.5 + self.shift[1] - xy[..., 1]) / self.aspect
        cr, sr = np.cos(self.roll), np.sin(self.roll)
        a, b = (cr * x - sr * y) / self.focal, (cr * y + sr * x) / self.focal
        down = sin - b * cos
        hit = down > 1e-3
        depth = np.where(hit, self.distance * sin / np.where(hit, down, 1.0), np.inf)
        reach = np.where(hit, depth, 1e4)
        ground = np.stack([reach * a, -self.distance * cos + reach * (cos + b * sin)], -1)
        return ground, depth

    def row_of_depth(self, depth: float) -> float:
        """The image row where the ground on the optical axis is `depth` metres away."""
        b = (np.sin(self.pitch) - self.distance * np.sin(self.pitch) / depth) / np.cos(self.pitch)
        return float(0.5 - self.focal * self.aspect * b)
