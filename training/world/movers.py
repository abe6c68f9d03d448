"""What moves: vehicles, walkers and plain objects, as shapes in metres."""
from __future__ import annotations

import numpy as np

from .colours import CLOTHES_WEIGHTS, SKIN, TROUSER_WEIGHTS, pick_name, sample_rgb
from .shapes import Limbs, Mesh, Pose

Shape = Mesh | Limbs

# length, width, belt height, roof height, cabin (rear, front) as fractions of length, rake (rear, front)
BODIES = {
    "sedan": (4.6, 1.82, 0.88, 1.45, (-0.36, 0.20), (0.10, 0.13)),
    "hatch": (4.1, 1.78, 0.92, 1.50, (-0.47, 0.20), (0.05, 0.14)),
    "suv": (4.7, 1.92, 1.05, 1.75, (-0.48, 0.21), (0.04, 0.10)),
    "van": (5.2, 2.00, 1.15, 2.15, (-0.50, 0.36), (0.01, 0.10)),
    "pickup": (5.3, 1.95, 1.00, 1.75, (-0.12, 0.24), (0.03, 0.09)),
    "bus": (9.5, 2.50, 1.25, 3.00, (-0.50, 0.50), (0.00, 0.01)),
}
BODY_CHANCES = (0.32, 0.24, 0.22, 0.10, 0.08, 0.04)


def _octagon(length: float, width: float, cut: float, z: float) -> np.ndarray:
    x, y = length / 2, width / 2
    return np.array([[x, y - cut, z], [x - cut * 0.7, y, z], [-x + cut * 0.6, y, z], [-x, y - cut, z],
                     [-x, -y + cut, z], [-x + cut * 0.6, -y, z], [x - cut * 0.7, -y, z], [x, -y + cut, z]])


def _inset(quad: np.ndarray, share: float) -> np.ndarray:
    return quad.mean(0) + (quad - quad.mean(0)) * share


def vehicle(rng: np.random.Generator, rgb: np.ndarray, corners: int = 10) -> Mesh:
    """A vehicle seen right from any side: prism body, raked cabin with glass, wheels (of so many corners) and lights."""
    name = list(BODIES)[int(rng.choice(len(BODIES), p=BODY_CHANCES))]
    length, width, belt, roof, (rear, front), (rake_r, rake_f) = BODIES[name]
    length, width = length * rng.uniform(0.93, 1.06), width * rng.uniform(0.95, 1.05)
    belt, roof = belt * rng.uniform(0.95, 1.06), roof * rng.uniform(0.96, 1.05)
    mesh, cut = Mesh(), width * rng.uniform(0.10, 0.24)
    low, top = _octagon(length, width, cut, 0.25), _octagon(length * 0.97, width * 0.95, cut, belt)
    glass = np.array([38, 44, 52]) * rng.uniform(0.5, 2.0) + rng.uniform(0, 40)
    for i in range(8):
        j = (i + 1) % 8
        mesh.face([low[i], low[j], top[j], top[i]], rgb * (0.80 if i % 2 else 0.86), low[i] + low[j])
    skirt = _octagon(length * 1.001, width * 1.001, cut, 0.40)
    for i in range(8):
        j = (i + 1) % 8
        mesh.face([low[i], low[j], skirt[j], skirt[i]], rgb * 0.35, low[i] + low[j], solid=False)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    for x in (-0.31 * length, 0.31 * length):
        for side in (-1, 1):
            rim = np.stack([x + 0.33 * np.cos(turn), 0 * turn + side * width / 2 * 1.004, 0.33 + 0.33 * np.sin(turn)], 1)
            hub = _inset(rim, 0.55)
            mesh.face(rim, (24, 24, 26), (0, side, 0))
            mesh.face(hub, (125, 125, 128), (0, side, 0), solid=False)
    mesh.face(top, rgb, (0, 0, 1))
    mesh.face(_inset(top, 0.8), rgb * 1.06, (0, 0, 1), solid=False)
    head, tail = np.array([245, 240, 215]), np.array([200, 30, 30])
    for side in (-1, 1):
        for x, colour in ((length / 2, head), (-length / 2, tail)):
            y0, y1 = side * (width / 2 - cut * 0.4), side * (width / 2 - cut - 0.22)
            z0, z1 = belt * 0.62, belt * 0.84
            at = x * 0.995
            mesh.face([[at, y0, z0], [at, y1, z0], [at, y1, z1], [at, y0, z1]], colour, (x, 0, 0), solid=False, glow=colour is head)
    for x in (length / 2, -length / 2):
        plate = [[x * 1.002, y, z] for y, z in ((-0.26, 0.45), (0.26, 0.45), (0.26, 0.58), (-0.26, 0.58))]
        mesh.face(plate, (225, 222, 205), (x, 0, 0), solid=False)
        grille = [[x, y, z] for y, z in ((-0.5, 0.40), (0.5, 0.40), (0.5, 0.34), (-0.5, 0.34))]
        mesh.face(grille, (22, 22, 24), (x, 0, 0), solid=False)
    _cabin(mesh, rng, rgb, glass, length, width, belt, roof, rear, front, rake_r, rake_f)
    return mesh.finish()


def _cabin(mesh: Mesh, rng, rgb, glass, length, width, belt, roof, rear, front, rake_r, rake_f) -> None:
    half, slim = width / 2 * 0.93, width / 2 * rng.uniform(0.74, 0.84)
    xr, xf = rear * length, front * length
    base = np.array([[xf, half, belt], [xr, half, belt], [xr, -half, belt], [xf, -half, belt]])
    lid = np.array([[xf - rake_f * length, slim, roof], [xr + rake_r * length, slim, roof],
                    [xr + rake_r * length, -slim, roof], [xf - rake_f * length, -slim, roof]])
    for i, outward in enumerate(((0, 1, 0.1), (-1, 0, 0.1), (0, -1, 0.1), (1, 0, 0.1))):
        j = (i + 1) % 4
        quad = np.array([base[i], base[j], lid[j], lid[i]])
        mesh.face(quad, rgb * 0.9, outward)
        if i % 2:
            mesh.face(_inset(quad, 0.86), glass * (1.2 if i == 3 else 1.0), outward, solid=False)
            shine = _inset(quad, 0.86)
            mesh.face([shine[0] * 0.6 + shine[1] * 0.4, shine[0] * 0.4 + shine[1] * 0.6, shine[3] * 0.3 + shine[2] * 0.7,
                       shine[3] * 0.55 + shine[2] * 0.45], glass * 0.6 + 75, outward, solid=False)
        else:
            middle = (quad[0] + quad[1]) / 2, (quad[2] + quad[3]) / 2
            mesh.face(_inset(np.array([quad[0], middle[0], middle[1], quad[3]]), 0.84), glass, outward, solid=False)
            mesh.face(_inset(np.array([middle[0], quad[1], quad[2], middle[1]]), 0.84), glass, outward, solid=False)
    mesh.face(lid, rgb, (0, 0, 1))
    roof_tone = rng.choice([1.08, 0.9, 0.25], p=[0.6, 0.27, 0.13])
    mesh.face(_inset(lid, 0.78), np.minimum(rgb * roof_tone, 255), (0, 0, 1), solid=False)
    for side in (-1, 1):
        x = xf - 0.02 * length
        mesh.face([[x, side * half, belt], [x, side * (half + 0.28), belt], [x - 0.12, side * (half + 0.28), belt + 0.16],
                   [x - 0.12, side * half, belt + 0.16]], rgb * 0.7, (0, 0, 1), solid=False)


class Walker(Limbs):
    """A person with swinging legs and arms; the named colour is the torso's."""

    def __init__(self, rng: np.random.Generator, rgb: np.ndarray) -> None:
        tall = rng.uniform(1.45, 1.92)
        skin = np.array(SKIN[int(rng.integers(len(SKIN)))], float)
        lower = sample_rgb(rng, pick_name(rng, TROUSER_WEIGHTS)) * 0.85
        hair = np.array(((22, 18, 16), (60, 40, 26), (120, 88, 50), (150, 146, 140))[int(rng.integers(4))], float)
        sleeve = rgb * 0.9 if rng.random() < 0.75 else skin
        bulk = rng.uniform(0.9, 1.25)
        hip, shoulder = 0.50, 0.79
        rows = [  # head, tail, radius, colour
            ((0, 0.05, hip), (0, 0.05, 0.03), 0.052, lower), ((0, -0.05, hip), (0, -0.05, 0.03), 0.052, lower * 0.9),
            ((0, 0.05, 0.03), (0.06, 0.05, 0.025), 0.032, (40, 34, 30)), ((0, -0.05, 0.03), (0.06, -0.05, 0.025), 0.032, (40, 34, 30)),
            ((0, 0.14, shoulder), (0, 0.16, 0.50), 0.034, sleeve), ((0, -0.14, shoulder), (0, -0.16, 0.50), 0.034, sleeve * 0.92),
            ((0, 0.16, 0.48), (0, 0.16, 0.46), 0.028, skin), ((0, -0.16, 0.48), (0, -0.16, 0.46), 0.028, skin),
            ((0, 0.055, hip), (0, 0.075, shoulder), 0.078 * bulk, rgb), ((0, -0.055, hip), (0, -0.075, shoulder), 0.078 * bulk, rgb * 0.94),
            ((0, 0, 0.85), (0, 0, 0.89), 0.035, skin * 0.9), ((0.012, 0, 0.925), (0.012, 0, 0.945), 0.066, skin),
            ((-0.018, 0, 0.95), (-0.012, 0, 0.965), 0.066, hair),
        ]
        if rng.random() < 0.2:
            rows.append(((-0.11, 0.02, 0.62), (-0.11, -0.02, 0.74), 0.075, sample_rgb(rng, pick_name(rng, CLOTHES_WEIGHTS)) * 0.8))
        if rng.random() < 0.15:
            rows.append(((0.0, 0.19, 0.36), (0.0, 0.19, 0.30), 0.06, sample_rgb(rng, pick_name(rng, CLOTHES_WEIGHTS)) * 0.8))
        if rng.random() < 0.15:
            rows.append(((0, 0, 0.45), (0, 0, 0.32), 0.11, lower))
        super().__init__([np.array(r[0]) * tall for r in rows], [np.array(r[1]) * tall for r in rows],
                         [r[2] * tall for r in rows], [r[3] for r in rows])
        self._tall, self._stride = tall, rng.uniform(0.20, 0.30)

    def joints(self, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
        swing = np.sin(pose.walked / (0.75 * self._tall) * 2 * np.pi) * pose.gait * self._stride * self._tall
        heads, tails = self.heads.copy(), self.tails.copy()
        tails[0, 0] += swing
        tails[1, 0] -= swing
        heads[2, 0] += swing
        tails[2, 0] += swing
        heads[3, 0] -= swing
        tails[3, 0] -= swing
        for row, sign in ((4, -0.8), (5, 0.8)):
            tails[row, 0] += sign * swing
            heads[row + 2, 0] += sign * swing
            tails[row + 2, 0] += sign * swing
        return heads, tails


def plain_object(rng: np.random.Generator, rgb: np.ndarray, size: float) -> Shape:
    """A ball, box, blob, striped panel or four-legged animal about `size` metres long."""
    form = rng.choice(["ball", "box", "blob", "panel", "animal"], p=[0.18, 0.26, 0.18, 0.13, 0.25])
    if form == "ball":
        r = size / 2
        return Limbs([(0, 0, r), (0.05 * r, 0.3 * r, 1.35 * r)], [(0, 0, r), (0.05 * r, 0.3 * r, 1.4 * r)], [r, 0.3 * r], [rgb, rgb * 0.6 + 100])
    if form == "blob":
        count = int(rng.integers(3, 7))
        spots = rng.normal(0, 0.16, (count, 3)) * size * (1, 1, 0.6) + (0, 0, 0.28 * size)
        return Limbs(spots, spots + rng.normal(0, 0.1, (count, 3)) * size * (1, 1, 0), rng.uniform(0.16, 0.27, count) * size,
                     rgb * rng.uniform(0.8, 1.1, (count, 1)))
    if form == "animal":
        rows = [((-0.28, 0, 0.42), (0.25, 0, 0.44), 0.15, rgb), ((0.38, 0, 0.58), (0.50, 0, 0.54), 0.10, rgb * 0.92),
                ((0.25, 0, 0.45), (0.38, 0, 0.58), 0.08, rgb * 0.95), ((-0.40, 0, 0.48), (-0.58, 0, 0.62), 0.035, rgb * 0.85)]
        rows += [((x, y, 0.38), (x, y, 0.03), 0.045, rgb * 0.8) for x in (-0.28, 0.24) for y in (-0.09, 0.09)]
        return Limbs([np.array(r[0]) * size for r in rows], [np.array(r[1]) * size for r in rows], [r[2] * size for r in rows], [r[3] for r in rows])
    depth = size * (rng.uniform(0.5, 1.0) if form == "box" else 0.12)
    return _box(rng, rgb, size, depth, size * rng.uniform(0.4, 1.1), striped=form == "panel" or rng.random() < 0.4)


def bottle(rng: np.random.Generator, rgb: np.ndarray, size: float) -> Limbs:
    """A bottle or jar about `size` metres long, as on a shelf seen from the side; of a clear one only the cap has the full colour."""
    body = rgb * rng.uniform(0.25, 1.0) if rng.random() < 0.5 else rgb * 0.35 + rng.uniform(90, 150)
    wide, neck = size * rng.uniform(0.14, 0.22), rng.uniform(0.4, 0.8)
    low, shoulder, top = -0.5 * size + wide, 0.18 * size, 0.45 * size
    rows = [((0, low, wide), (0, shoulder, wide), wide, body), ((0, shoulder, wide), (0, top, wide), wide * neck * 0.7, body * 0.95),
            ((0, top, wide), (0, top + 0.05 * size, wide), wide * neck * 0.75, rgb), ((0, low * 0.6, wide * 2.2), (0, low * 0.2, wide * 2.2), wide * 0.7, body * 0.9 + 20)]
    return Limbs([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], [np.clip(r[3], 0, 255) for r in rows])


def _box(rng: np.random.Generator, rgb: np.ndarray, length: float, width: float, height: float, striped: bool) -> Mesh:
    mesh, x, y = Mesh(), length / 2, width / 2
    corners = [(x, y), (-x, y), (-x, -y), (x, -y)]
    stripe = np.clip(rgb * 0.55 + rng.uniform(0, 60), 0, 255)
    for i in range(4):
        (x0, y0), (x1, y1) = corners[i], corners[(i + 1) % 4]
        outward = (x0 + x1, y0 + y1, 0)
        mesh.face([[x0, y0, 0], [x1, y1, 0], [x1, y1, height], [x0, y0, height]], rgb * 0.92, outward)
        if striped:
            low, high = sorted(rng.uniform(0.1, 0.9, 2) * height)
            mesh.face([[x0, y0, low], [x1, y1, low], [x1, y1, high], [x0, y0, high]], rgb * 0.75 + stripe * 0.25, outward, solid=False)
    mesh.face([(*c, height) for c in corners], rgb * 1.05, (0, 0, 1))
    if striped:
        mesh.face([(c[0] * 0.25, c[1], height) for c in corners], stripe, (0, 0, 1), solid=False)
    return mesh.finish()
