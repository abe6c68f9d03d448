"""The door of a house: people ring, walk by and meet; a dog runs past."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from world.actors import Actor, Told
from world.colours import sample_rgb
from world.movers import Walker
from world.projection import View
from world.shapes import Light
from world.trajectories import Track, plan
from world.visibility import Stage

from .brush import Brush
from .scene import LEFT, RIGHT, TOTAL, SampleScene, colours, smooth
from .things import dog

VIEW = View(focal=1.15, pitch=np.radians(11), distance=7.7, aspect=16 / 9, shift=(0.0, 0.14))
STAGE = Stage(VIEW, 0.0, 1e3, ())
LIGHT = Light(np.array([-0.42, -0.62, 0.66]), 0.76, np.full(3, 1.06), 0.32, 0.003)
WALL, DOORSTEP, WALK = 1.7, 0.45, 0.1
"""Distances away from the middle (m): the house, where one rings, and the line that people walk."""
CLOTHES = ("red", "blue", "yellow", "green", "purple", "white", "pink", "black")


def cast(rng: np.random.Generator) -> list[Actor] | None:
    """One after the other: somebody rings, somebody walks by, a dog runs past, two meet."""
    clothes = iter(colours(rng, CLOTHES, 12))
    actors: list[Actor | None] = []
    at = rng.uniform(0.3, 0.6)
    for part in ("visit", "pass", "dog", "meet", "pass", "visit", "dog", "pass"):
        if part == "visit":
            actors.append(_visit(rng, next(clothes), at))
            at += rng.uniform(6.2, 7.0)
        elif part == "meet":
            actors += _meet(rng, next(clothes), next(clothes), at)
            at += rng.uniform(7.4, 8.4)
        elif part == "dog":
            actors.append(_dog(rng, at))
            at += rng.uniform(2.6, 3.4)
        else:
            actors.append(_walk(rng, next(clothes), at, RIGHT if rng.random() < 0.5 else LEFT, WALK - rng.uniform(0.6, 1.1)))
            at += rng.uniform(4.2, 5.0)
    return None if any(actor is None for actor in actors) or at > 42 else actors


def _walk(rng: np.random.Generator, colour: str, begin: float, way: np.ndarray, line: float, stop: float | None = None, pause: float | None = None,
          after: np.ndarray | None = None) -> Actor | None:
    """Somebody who walks through, or stops somewhere and goes on."""
    shape = smooth(Walker(rng, sample_rgb(rng, colour)))
    path = plan(rng, STAGE, shape, np.array([stop or 0.0, line]), way, "cross" if stop is None else "stop", begin, rng.uniform(4.8, 5.6), TOTAL, after, pause)
    return Actor(shape, "person", colour, path) if path is not None else None


def _halt(path: Track) -> int | None:
    still = np.flatnonzero(np.maximum.accumulate(path.moving) & ~path.moving & (path.sight.visible > 0.9))
    return int(still[0]) if len(still) else None


def _visit(rng: np.random.Generator, colour: str, begin: float) -> Actor | None:
    """Somebody stops at the door, rings, and goes."""
    way = RIGHT if rng.random() < 0.5 else LEFT
    return _walk(rng, colour, begin, way, DOORSTEP, -0.3 * way[0], rng.uniform(2.0, 2.6), -way if rng.random() < 0.5 else way)


def _meet(rng: np.random.Generator, one: str, other: str, begin: float) -> list[Actor | None]:
    """Two stop in front of each other, and go on."""
    way, line = RIGHT if rng.random() < 0.5 else LEFT, WALK - rng.uniform(0.3, 0.6)
    first = _walk(rng, one, begin, way, line, -0.45 * way[0], 4.0)
    second = _walk(rng, other, begin + rng.uniform(1.0, 1.5), -way, line - 0.1, 0.45 * way[0], rng.uniform(2.0, 2.6), way)
    stop = _halt(second.track) if second is not None else None
    if first is None or stop is None:
        return [None]
    return [first, replace(second, told=(Told(stop, "meets", first.shape),), causes={"stops": ("met", first.shape)})]


def _dog(rng: np.random.Generator, begin: float) -> Actor | None:
    name = str(rng.choice(["brown", "black", "white", "orange"]))
    shape, way = dog(rng, sample_rgb(rng, name), 0.8), RIGHT if rng.random() < 0.5 else LEFT
    path = plan(rng, STAGE, shape, np.array([0.0, WALK - 0.9]), way, "cross", begin, rng.uniform(3.0, 3.6), TOTAL)
    return Actor(shape, "object", name, path) if path is not None else None


BRICK, STONE, WOOD, FRAME, GLASS = (206, 178, 152), (188, 182, 172), (66, 92, 98), (242, 238, 228), (112, 134, 146)


def paint(width: int, height: int) -> np.ndarray:
    brush = Brush(VIEW, width, height, BRICK)
    wall = np.array(BRICK, float)
    brush.wall(-12, 12, WALL, 0, 6, wall)
    for row, z in enumerate(np.arange(0.56, 4.2, 0.42)):
        brush.wall(-12, 12, WALL, z, z + 0.012, wall * 0.94)
        for x in np.arange(-6 + 0.5 * (row % 2), 6, 1.0):
            brush.wall(x, x + 0.012, WALL, z, z + 0.42, wall * 0.95)
    brush.wall(-12, 12, WALL, 0, 0.5, STONE)
    brush.wall(-12, 12, WALL, 0.5, 0.56, np.array(STONE) * 1.06)
    for side in (-1, 1):
        _window(brush, side * 2.55)
    _door(brush)
    brush.floor(-40, 40, -1.75, WALL, (206, 200, 190))
    for x in np.arange(-8.75, 9, 1.25):
        brush.floor(x - 0.012, x + 0.012, -1.75, WALL, (190, 184, 174))
    for y in (0.45, -0.8):
        brush.floor(-40, 40, y - 0.012, y + 0.012, (190, 184, 174))
    brush.floor(-40, 40, -1.85, -1.75, (176, 170, 160))
    brush.floor(-40, 40, -12, -1.85, (132, 160, 98))
    rng = np.random.default_rng(3)
    for x, y in rng.uniform((-3.4, -3.6), (3.4, -2.0), (28, 2)):
        for lean in (-0.05, 0.0, 0.05):
            brush.solid([(x - 0.012, y, 0), (x + 0.012, y, 0), (x + lean, y, 0.1)], (112, 142, 82))
    for x, y in rng.uniform((-3.2, -3.2), (3.2, -2.05), (12, 2)):
        brush.ball(x, y, 0.07, 0.035, (246, 242, 228))
        brush.ball(x, y, 0.07, 0.014, (236, 196, 92))
    brush.rounded(-0.62, 0.62, WALL - 0.62, WALL - 0.06, 0.05, (120, 96, 78))
    brush.rounded(-0.56, 0.56, WALL - 0.58, WALL - 0.1, 0.04, (138, 112, 90))
    for side in (-1, 1):
        _pot(brush, side * 1.25)
    return brush.finish(glow=0.06)


def _door(brush: Brush) -> None:
    brush.wall(-0.78, 0.78, WALL, 0, 2.55, FRAME)
    brush.wall(-0.6, 0.6, WALL, 0.06, 2.38, WOOD)
    wood = np.array(WOOD, float)
    for x0, x1 in ((-0.48, -0.06), (0.06, 0.48)):
        for z0, z1, colour in ((0.22, 1.0, wood * 0.86), (1.15, 2.2, np.array(GLASS))):
            brush.wall(x0, x1, WALL, z0, z1, colour)
            brush.wall(x0 + 0.03, x1 - 0.03, WALL, z0 + 0.03, z1 - 0.03, colour * (1.06 if z0 < 1 else 1.0))
    brush.wall(0.5, 0.54, WALL, 1.0, 1.2, (214, 190, 120))
    brush.wall(-0.95, 0.95, WALL, 2.55, 2.66, np.array(FRAME) * 0.94)
    brush.wall(1.0, 1.12, WALL, 1.35, 1.55, (96, 92, 88))
    for side in (-1, 1):
        brush.wall(side * 1.2 - 0.09, side * 1.2 + 0.09, WALL, 2.0, 2.34, (70, 66, 62))
        brush.wall(side * 1.2 - 0.06, side * 1.2 + 0.06, WALL, 2.04, 2.28, (250, 232, 178))


def _window(brush: Brush, x: float) -> None:
    brush.wall(x - 0.72, x + 0.72, WALL, 0.98, 2.52, FRAME)
    for x0, x1 in ((x - 0.62, x - 0.04), (x + 0.04, x + 0.62)):
        brush.wall(x0, x1, WALL, 1.08, 2.42, GLASS)
        brush.solid([(x0, WALL, 1.5), (x1 - 0.1, WALL, 2.42), (x0 + 0.15, WALL, 2.42), (x0, WALL, 2.1)], (140, 160, 172))
    brush.wall(x - 0.85, x + 0.85, WALL, 0.86, 0.98, (214, 208, 198))


def _pot(brush: Brush, x: float) -> None:
    y = WALL - 0.25
    brush.disc(x + 0.14, y + 0.05, 0.24, (184, 178, 168))
    brush.solid([(x - 0.15, y, 0), (x + 0.15, y, 0), (x + 0.21, y, 0.42), (x - 0.21, y, 0.42)], (176, 112, 84))
    brush.wall(x - 0.23, x + 0.23, y, 0.38, 0.46, (190, 126, 96))
    for dx, z, radius, leaf in ((-0.16, 0.62, 0.2, 0), (0.16, 0.62, 0.2, 0), (0.0, 0.86, 0.26, 0), (-0.06, 0.78, 0.19, 1), (0.05, 0.97, 0.13, 2)):
        brush.ball(x + dx, y, z, radius, ((84, 118, 78), (98, 134, 88), (114, 150, 100))[leaf])


SCENE = SampleScene(STAGE, LIGHT, paint, cast)
