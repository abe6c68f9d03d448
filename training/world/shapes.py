"""Drawable 3-D shapes: flat-faced meshes and bundles of rounded limbs, both reduced to polygons."""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .projection import View

SHIFT = 4
HALF_TURN = np.linspace(-np.pi / 2, np.pi / 2, 7)


@dataclass(frozen=True)
class Light:
    sun: np.ndarray      # unit vector towards the light
    ambient: float
    tint: np.ndarray     # RGB multiplier
    shadow: float        # 0 none .. 1 black
    softness: float      # shadow blur, in frame widths


@dataclass(frozen=True)
class Pose:
    x: float
    y: float
    heading: float
    walked: float        # distance travelled, drives the gait
    gait: float          # 0 standing .. 1 walking


@dataclass(frozen=True)
class Polygon:
    points: np.ndarray   # normalised image points [k,2]
    colour: tuple[float, float, float]
    solid: bool          # part of the outline (details lie inside it)


def fill(image: np.ndarray, points: np.ndarray, colour) -> None:
    """Fill one convex polygon given in normalised coordinates, antialiased."""
    height, width = image.shape[:2]
    pixels = points * (width << SHIFT, height << SHIFT) - (1 << SHIFT) / 2
    cv2.fillConvexPoly(image, pixels.astype(np.int32), colour, cv2.LINE_AA, SHIFT)


def place(local: np.ndarray, pose: Pose) -> np.ndarray:
    """Local points (forward, left, up) to world points."""
    c, s = np.cos(pose.heading), np.sin(pose.heading)
    world = np.empty_like(local)
    world[..., 0] = pose.x + c * local[..., 0] - s * local[..., 1]
    world[..., 1] = pose.y + s * local[..., 0] + c * local[..., 1]
    world[..., 2] = local[..., 2]
    return world


class Mesh:
    """Faces with outward normals; hidden ones are culled, the rest drawn in the order added."""

    def __init__(self) -> None:
        self._faces: list[np.ndarray] = []
        self._colours: list[np.ndarray] = []
        self._normals: list[np.ndarray] = []
        self._solid: list[bool] = []
        self._glow: list[bool] = []
        self._flat: np.ndarray | None = None

    def face(self, points, colour, outward, solid: bool = True, glow: bool = False) -> None:
        points = np.asarray(points, float)
        (ax, ay, az), (bx, by, bz) = (points[1] - points[0]).tolist(), (points[2] - points[0]).tolist()
        normal = np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
        normal /= np.sqrt(normal @ normal) + 1e-9
        self._normals.append(normal if normal @ np.asarray(outward, float) >= 0 else -normal)
        self._faces.append(points)
        self._colours.append(np.asarray(colour, float))
        self._solid.append(solid)
        self._glow.append(glow)

    def finish(self) -> Mesh:
        self._flat = np.concatenate(self._faces)
        self._starts = np.cumsum([0] + [len(face) for face in self._faces])
        self._centres = np.array([face.mean(0) for face in self._faces])
        self._normal = np.array(self._normals)
        self._colour = np.array(self._colours)
        low, high = self._flat.min(0), self._flat.max(0)
        self.extent = high - low
        outline = [face for face, flag in zip(self._faces, self._solid) if flag and len(face) in (4, 8)]
        self.bounds = np.unique(np.concatenate(outline).round(3), axis=0)
        self.footprint = np.array([[low[0], low[1], 0], [high[0], low[1], 0],
                                   [high[0], high[1], 0], [low[0], high[1], 0]])
        return self

    def polygons(self, view: View, pose: Pose, light: Light) -> list[Polygon]:
        c, s = np.cos(pose.heading), np.sin(pose.heading)
        dx, dy, dz = view.position - (pose.x, pose.y, 0.0)
        eye = np.array([c * dx + s * dy, -s * dx + c * dy, dz])
        sun = np.array([c * light.sun[0] + s * light.sun[1], -s * light.sun[0] + c * light.sun[1], light.sun[2]])
        seen = np.flatnonzero(((eye - self._centres) * self._normal).sum(1) > 0)
        shade = light.ambient + (1 - light.ambient) * np.maximum(self._normal @ sun, 0) * 1.15
        colours = np.clip(self._colour * shade[:, None] * light.tint, 0, 255)
        image, _ = view.project(place(self._flat, pose))
        out = []
        for i in seen:
            colour = self._colour[i] if self._glow[i] else colours[i]
            out.append(Polygon(image[self._starts[i]:self._starts[i + 1]], tuple(colour.tolist()), self._solid[i]))
        return out


class Limbs:
    """Rounded segments between joints; `joints` of a subclass may move them with the gait."""

    half_turn = HALF_TURN
    """Angles of the corners that a round end is drawn with."""

    def __init__(self, heads, tails, radii, colours) -> None:
        self.heads, self.tails = np.asarray(heads, float), np.asarray(tails, float)
        self.radii, self.colours = np.asarray(radii, float), np.asarray(colours, float)
        ends = np.concatenate([self.heads, self.tails])
        reach = np.concatenate([self.radii, self.radii])[:, None]
        low, high = (ends - reach).min(0), (ends + reach).max(0)
        self.extent = high - low
        x, y = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2
        self.bounds = np.array([[low[0], y, z] for z in (low[2], high[2])] + [[high[0], y, z] for z in (low[2], high[2])]
                               + [[x, low[1], z] for z in (low[2], high[2])] + [[x, high[1], z] for z in (low[2], high[2])])
        turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        self.footprint = np.stack([x + np.cos(turn) * self.extent[0] / 2, y + np.sin(turn) * self.extent[1] / 2, 0 * turn], 1)

    def joints(self, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
        return self.heads, self.tails

    def polygons(self, view: View, pose: Pose, light: Light) -> list[Polygon]:
        heads, tails = self.joints(pose)
        count = len(heads)
        image, depth = view.project(place(np.concatenate([heads, tails]), pose))
        squeeze = np.array([1.0, view.aspect])
        p, q = image[:count] / squeeze, image[count:] / squeeze
        radius = self.radii * view.focal
        along = np.arctan2(q[:, 1] - p[:, 1], q[:, 0] - p[:, 0])[:, None]
        near = np.stack([np.cos(along + np.pi + self.half_turn), np.sin(along + np.pi + self.half_turn)], -1)
        far = np.stack([np.cos(along + self.half_turn), np.sin(along + self.half_turn)], -1)
        ring = np.concatenate([p[:, None] + near * (radius / depth[:count])[:, None, None],
                               q[:, None] + far * (radius / depth[count:])[:, None, None]], 1) * squeeze
        order = np.argsort(-(depth[:count] + depth[count:]) + 2 * self.radii, kind="stable")
        shade = light.ambient + (1 - light.ambient) * 0.8
        colours = np.clip(self.colours * shade * light.tint, 0, 255)
        return [Polygon(ring[i], tuple(colours[i].tolist()), True) for i in order]
