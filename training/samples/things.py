"""Things to carry, put down and roll: as plain as those of the world, with round edges where they are round."""
from __future__ import annotations

import itertools

import numpy as np

from world.movers import Shape
from world.projection import View
from world.shapes import Light, Limbs, Mesh, Polygon, Pose

from .scene import HALF_TURN


def parcel(rng: np.random.Generator, rgb: np.ndarray, size: float) -> Shape:
    """A box with a strip of tape around it."""
    return _block(rgb, size, size * rng.uniform(0.7, 0.9), size * rng.uniform(0.55, 0.75), 0.12)


def book(rng: np.random.Generator, rgb: np.ndarray, size: float) -> Shape:
    """A thick book with a band."""
    return _block(rgb, size * 0.8, size * 1.1, size * rng.uniform(0.22, 0.3), 0.05)


def _block(rgb: np.ndarray, length: float, width: float, height: float, band: float) -> Mesh:
    mesh, x, y, tape = Mesh(), length / 2, width / 2, np.clip(rgb * 0.75 + 60, 0, 255)
    for side in (-1, 1):
        mesh.face([[-x, side * y, 0], [x, side * y, 0], [x, side * y, height], [-x, side * y, height]], rgb * 0.86, (0, side, 0))
        mesh.face([[-x * band, side * y, 0], [x * band, side * y, 0], [x * band, side * y, height], [-x * band, side * y, height]], tape * 0.86, (0, side, 0), solid=False)
        mesh.face([[side * x, -y, 0], [side * x, y, 0], [side * x, y, height], [side * x, -y, height]], rgb * 0.8, (side, 0, 0))
    mesh.face([[x, y, height], [-x, y, height], [-x, -y, height], [x, -y, height]], rgb, (0, 0, 1))
    mesh.face([[x * band, y, height], [-x * band, y, height], [-x * band, -y, height], [x * band, -y, height]], tape, (0, 0, 1), solid=False)
    return mesh.finish()


def mug(rng: np.random.Generator, rgb: np.ndarray, size: float) -> Shape:
    """A mug with a dark drink in it."""
    mesh, radius, height, count = Mesh(), size * 0.4, size * rng.uniform(0.75, 0.9), 40
    turn = np.linspace(0, 2 * np.pi, count + 1)
    ring = np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1)
    ear = np.linspace(-np.pi / 2, np.pi / 2, 13)
    for a, b in itertools.pairwise(ear):
        corners = [(radius * 0.95 + r * np.cos(at) * size, 0.0, height * 0.5 + r * np.sin(at) * size) for at, r in ((a, 0.27), (b, 0.27), (b, 0.17), (a, 0.17))]
        for side in (-1, 1):
            mesh.face(corners, rgb * 0.8, (0, side, 0), solid=False)
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        mesh.face([[x0, y0, 0], [x1, y1, 0], [x1, y1, height], [x0, y0, height]], rgb * 0.88, (x0 + x1, y0 + y1, 0))
    for share, colour in ((1.0, rgb), (0.86, rgb * 0.7), (0.8, np.array([74, 48, 34]))):
        mesh.face([(x * share, y * share, height) for x, y in ring[:-1]], colour, (0, 0, 1))
    return mesh.finish()


def ball(rng: np.random.Generator, rgb: np.ndarray, size: float) -> Shape:
    """A ball, lit from the upper left."""
    r = size / 2
    return _Ball([(0, 0, r)], [(1e-6, 0, r)], [r], [rgb * 0.9])


class _Ball(Limbs):
    half_turn = HALF_TURN

    def polygons(self, view: View, pose: Pose, light: Light) -> list[Polygon]:
        [whole] = super().polygons(view, pose, light)
        middle = whole.points.mean(0)
        out = [whole]
        for share, lighter in ((0.8, 14), (0.36, 44)):
            aside = (whole.points.min(0) - middle) * (1 - share) * 0.55
            colour = np.minimum(np.array(whole.colour) + lighter, 255)
            out.append(Polygon(middle + aside + (whole.points - middle) * share, tuple(colour.tolist()), False))
        return out


def dog(rng: np.random.Generator, rgb: np.ndarray, size: float) -> Shape:
    """A dog, or something like it, `size` metres long."""
    rows = [((-0.28, 0, 0.42), (0.25, 0, 0.44), 0.13, rgb), ((0.36, 0, 0.62), (0.5, 0, 0.57), 0.085, rgb * 0.95), ((0.25, 0, 0.46), (0.36, 0, 0.6), 0.08, rgb * 0.95),
            ((0.31, 0.04, 0.66), (0.28, 0.05, 0.58), 0.04, rgb * 0.7), ((-0.40, 0, 0.5), (-0.56, 0, 0.66), 0.03, rgb * 0.85)]
    rows += [((x, y, 0.38), (x, y, 0.03), 0.045, rgb * 0.82) for x in (-0.28, 0.24) for y in (-0.09, 0.09)]
    return _Trotting([np.array(r[0]) * size for r in rows], [np.array(r[1]) * size for r in rows], [r[2] * size for r in rows], [r[3] for r in rows])


class _Trotting(Limbs):
    """Four legs, the last rows, that go in pairs."""

    half_turn = HALF_TURN

    def joints(self, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
        swing = np.sin(pose.walked / (0.55 * self.extent[0]) * 2 * np.pi) * pose.gait * 0.11 * self.extent[0]
        tails = self.tails.copy()
        tails[-4:, 0] += swing * np.array([1, -1, -1, 1])
        return self.heads, tails
