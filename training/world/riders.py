"""What is neither a car nor a walker: somebody on a bicycle, an open cart, animals."""
from __future__ import annotations

import numpy as np

from .colours import CLOTHES_WEIGHTS, SKIN, pick_name, sample_rgb
from .shapes import Limbs, Mesh, Pose


def cyclist(rng: np.random.Generator, rgb: np.ndarray) -> Limbs:
    """Somebody on a bicycle; the named colour is that of what they wear."""
    skin = np.array(SKIN[int(rng.integers(len(SKIN)))], float)
    trousers, frame = (sample_rgb(rng, pick_name(rng, CLOTHES_WEIGHTS)) * 0.8 for _ in range(2))
    tyre, turn = np.array([26, 26, 28.0]), np.linspace(0, 2 * np.pi, 8, endpoint=False)
    rows = []
    for x in (-0.52, 0.52):
        rim = np.stack([x + 0.33 * np.cos(turn), 0 * turn, 0.34 + 0.33 * np.sin(turn)], 1)
        rows += [(rim[i], rim[(i + 1) % 8], 0.025, tyre) for i in range(8)]
    rows += [((-0.52, 0, 0.34), (-0.15, 0, 0.85), 0.03, frame), ((-0.15, 0, 0.85), (0.42, 0, 0.9), 0.03, frame),
             ((-0.1, 0, 0.36), (0.42, 0, 0.9), 0.03, frame), ((0.52, 0, 0.34), (0.42, 0, 0.95), 0.03, frame)]
    rows += [((-0.12, y, 0.92), (0.12, y, 0.62), 0.075, trousers) for y in (0.09, -0.09)]
    rows += [((0.12, y, 0.62), (-0.02, y, 0.30 + 0.16 * i), 0.06, trousers) for i, y in enumerate((0.09, -0.09))]
    rows += [((-0.14, y, 0.95), (0.12, y, 1.38), 0.13, rgb) for y in (0.07, -0.07)]
    rows += [((0.10, y, 1.32), (0.40, y, 1.02), 0.05, rgb * 0.9) for y in (0.2, -0.2)]
    rows += [((0.22, 0, 1.55), (0.23, 0, 1.6), 0.11, skin), ((0.18, 0, 1.64), (0.2, 0, 1.65), 0.11, skin * 0.4)]
    size = rng.uniform(0.92, 1.08)
    return Limbs([np.array(r[0]) * size for r in rows], [np.array(r[1]) * size for r in rows], [r[2] * size for r in rows], [r[3] for r in rows])


def cart(rng: np.random.Generator, rgb: np.ndarray) -> Mesh:
    """A small open vehicle with a roof on posts; the named colour is that of its body."""
    mesh, length, width = Mesh(), rng.uniform(2.2, 2.9), rng.uniform(1.15, 1.35)
    x, y, floor, seat, roof = length / 2, width / 2, 0.3, rng.uniform(0.75, 0.95), rng.uniform(1.7, 1.95)
    corners = [(x, y), (-x, y), (-x, -y), (x, -y)]
    for i in range(4):
        (x0, y0), (x1, y1) = corners[i], corners[(i + 1) % 4]
        mesh.face([[x0, y0, floor], [x1, y1, floor], [x1, y1, seat], [x0, y0, seat]], rgb * 0.88, (x0 + x1, y0 + y1, 0))
    mesh.face([(*c, seat) for c in corners], rgb * 0.6, (0, 0, 1))
    driver = sample_rgb(rng, pick_name(rng, CLOTHES_WEIGHTS))
    for side in (1, -1):
        at = side * 0.24
        mesh.face([[0.1, at - 0.2, seat], [0.1, at + 0.2, seat], [0.1, at + 0.2, seat + 0.6], [0.1, at - 0.2, seat + 0.6]], driver, (1, 0, 0))
        mesh.face([[-0.1, at - 0.2, seat], [-0.1, at + 0.2, seat], [-0.1, at + 0.2, seat + 0.6], [-0.1, at - 0.2, seat + 0.6]], driver * 0.9, (-1, 0, 0))
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    for wheel in (-0.33 * length, 0.33 * length):
        for side in (-1, 1):
            rim = np.stack([wheel + 0.24 * np.cos(turn), 0 * turn + side * y * 1.01, 0.24 + 0.24 * np.sin(turn)], 1)
            mesh.face(rim, (26, 26, 28), (0, side, 0))
    cover = rgb if rng.random() < 0.5 else np.array([235, 232, 222.0])
    mesh.face([(c[0] * 0.9, c[1], roof) for c in corners], cover, (0, 0, 1))
    for i in range(4):
        (x0, y0), (x1, y1) = corners[i], corners[(i + 1) % 4]
        mesh.face([[x0 * 0.9, y0, roof - 0.1], [x1 * 0.9, y1, roof - 0.1], [x1 * 0.9, y1, roof], [x0 * 0.9, y0, roof]], cover * 0.8, (x0 + x1, y0 + y1, 0))
    return mesh.finish()


class Animal(Limbs):
    """A dog, a cat or the like, whose legs go as it walks."""

    def __init__(self, rng: np.random.Generator, rgb: np.ndarray) -> None:
        tall, long, stout = rng.uniform(0.25, 0.75), rng.uniform(1.0, 1.5), rng.uniform(0.16, 0.28)
        patch = rgb if rng.random() < 0.6 else np.clip(rgb * 0.5 + 90, 0, 255)
        rows = [((-0.5, 0, 0.72), (0.42, 0, 0.76), stout, rgb), ((0.42, 0, 0.8), (0.62, 0, 1.02), stout * 0.62, patch), ((0.62, 0, 1.05), (0.82, 0, 1.0), stout * 0.6, rgb * 0.94),
                ((-0.55, 0, 0.8), (-0.85, 0, 0.8 + rng.uniform(-0.3, 0.35)), 0.05, rgb * 0.85)]
        rows += [((side, y, 0.62), (side, y, 0.05), 0.07, rgb * 0.85) for side in (-0.42, 0.36) for y in (-0.12, 0.12)]
        stretch = np.array([long, 1, 1]) * tall
        super().__init__([np.array(r[0]) * stretch for r in rows], [np.array(r[1]) * stretch for r in rows], [r[2] * tall for r in rows], [r[3] for r in rows])
        self._tall = tall

    def joints(self, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
        swing = np.sin(pose.walked / (1.1 * self._tall) * 2 * np.pi) * pose.gait * 0.3 * self._tall
        tails = self.tails.copy()
        tails[-4:, 0] += np.array([1, -1, -1, 1]) * swing
        return self.heads, tails


def bird(rng: np.random.Generator, rgb: np.ndarray) -> Limbs:
    """A bird on the ground."""
    tall = rng.uniform(0.15, 0.4)
    rows = [((-0.25, 0, 0.5), (0.25, 0, 0.6), 0.24, rgb), ((0.3, 0, 0.85), (0.36, 0, 0.86), 0.14, rgb * 0.9), ((-0.4, 0, 0.5), (-0.7, 0, 0.42), 0.08, rgb * 0.8),
            ((0, 0.06, 0.3), (0, 0.06, 0.02), 0.03, np.array([120, 90, 40.0])), ((0, -0.06, 0.3), (0, -0.06, 0.02), 0.03, np.array([120, 90, 40.0]))]
    return Limbs([np.array(r[0]) * tall for r in rows], [np.array(r[1]) * tall for r in rows], [r[2] * tall for r in rows], [r[3] for r in rows])


def animal(rng: np.random.Generator, rgb: np.ndarray) -> Limbs:
    return bird(rng, rgb) if rng.random() < 0.2 else Animal(rng, rgb)
