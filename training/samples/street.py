"""A street with houses: cars on two lanes, people on the pavement in front."""
from __future__ import annotations

import numpy as np

from world.actors import Actor
from world.colours import sample_rgb
from world.movers import Walker, vehicle
from world.projection import View
from world.shapes import Light
from world.trajectories import plan
from world.visibility import Stage

from .brush import Brush
from .scene import LEFT, RIGHT, TOTAL, SampleScene, colours, smooth

VIEW = View(focal=1.15, pitch=np.radians(12.5), distance=15.8, aspect=16 / 9, shift=(0.0, 0.09))
STAGE = Stage(VIEW, 0.0, 1e3, ())
SUN = np.array([-0.42, -0.62, 0.66])
LIGHT = Light(SUN, 0.74, np.full(3, 1.06), 0.34, 0.003)
LANES = ((-1.7, RIGHT), (1.7, LEFT))
KERB, HOUSES = 3.5, 6.6
PAVEMENT = (-4.6, -5.3)
CARS = ("red", "white", "blue", "yellow", "black", "orange")
CLOTHES = ("blue", "red", "yellow", "purple", "pink", "white")


def cast(rng: np.random.Generator) -> list[Actor] | None:
    """Cars mostly; one waits on its way; now and then somebody walks by."""
    cars, people = iter(colours(rng, CARS, 12)), iter(colours(rng, CLOTHES, 6))
    at, actors = rng.uniform(0.4, 0.9), []
    waits = int(rng.integers(2, 4))
    number = 0
    while at < 33.5:
        if number in (1, 4, 7):
            begin, way = at, RIGHT if rng.random() < 0.5 else LEFT
            actors.append(_person(rng, next(people), way, begin))
            at += rng.uniform(1.6, 3.0)
        else:
            actors.append(_car(rng, next(cars), int(rng.integers(2)), at, waits == number))
            at += rng.uniform(2.2, 4.6)
        number += 1
    return None if any(actor is None for actor in actors) else actors


def _car(rng: np.random.Generator, colour: str, lane: int, begin: float, waits: bool) -> Actor | None:
    offset, way = LANES[lane]
    shape = smooth(vehicle(rng, sample_rgb(rng, colour), 48))
    spot = np.array([rng.uniform(-2, 2), offset])
    path = plan(rng, STAGE, shape, spot, way, "stop" if waits else "cross", begin, rng.uniform(3.8, 5.2), TOTAL, None, rng.uniform(2.0, 3.0))
    return Actor(shape, "car", colour, path) if path is not None else None


def _person(rng: np.random.Generator, colour: str, way: np.ndarray, begin: float) -> Actor | None:
    shape = smooth(Walker(rng, sample_rgb(rng, colour)))
    path = plan(rng, STAGE, shape, np.array([0.0, rng.uniform(*PAVEMENT[::-1])]), way, "cross", begin, rng.uniform(6.0, 7.5), TOTAL)
    return Actor(shape, "person", colour, path) if path is not None else None


WALLS = ((222, 190, 156), (188, 204, 206), (232, 214, 178), (206, 160, 142), (196, 206, 176), (226, 220, 210))
DOORS = ((92, 62, 48), (58, 78, 82), (74, 70, 66))
LEAVES = ((84, 118, 78), (98, 134, 88), (114, 150, 100))
TREES = (-9.4, 1.05, 9.9)
GLASS, FRAME, PLINTH = (110, 132, 146), (244, 240, 230), (150, 142, 134)


def paint(width: int, height: int) -> np.ndarray:
    brush = Brush(VIEW, width, height, (196, 214, 226))
    rng = np.random.default_rng(4)
    x = -22.0
    for house in range(9):
        wide = rng.uniform(4.6, 6.0)
        _house(brush, rng, x, x + wide, WALLS[house % len(WALLS)])
        x += wide
    far = 60.0
    brush.floor(-far, far, KERB, HOUSES, (186, 182, 174))
    for slab in np.arange(-24, 24, 1.5):
        brush.floor(slab - 0.015, slab + 0.015, KERB, HOUSES, (172, 168, 160))
    for x in TREES:
        _tree(brush, x, HOUSES - 1.1)
    brush.floor(-far, far, KERB, KERB + 0.28, (206, 203, 196))
    brush.floor(-far, far, KERB - 0.22, KERB, (104, 104, 106))
    brush.floor(-far, far, -KERB, KERB - 0.22, (118, 119, 122))
    for dash in np.arange(-24, 24, 4.0):
        brush.floor(dash, dash + 2.0, -0.07, 0.07, (232, 230, 222))
    brush.floor(-far, far, -KERB - 0.28, -KERB, (206, 203, 196))
    brush.floor(-far, far, -20, -KERB - 0.28, (192, 188, 180))
    for slab in np.arange(-24, 24, 1.5):
        brush.floor(slab - 0.015, slab + 0.015, -20, -KERB - 0.28, (178, 174, 166))
    for row in np.arange(-KERB - 1.78, -12, -1.5):
        brush.floor(-far, far, row - 0.015, row + 0.015, (178, 174, 166))
    return brush.finish(glow=0.06)


def _house(brush: Brush, rng: np.random.Generator, x0: float, x1: float, wall) -> None:
    wall = np.array(wall, float)
    brush.wall(x0, x1, HOUSES, 0, 9, wall)
    brush.wall(x1 - 0.05, x1, HOUSES, 0, 9, wall * 0.9)
    brush.wall(x0, x1, HOUSES, 0, 0.5, PLINTH)
    brush.wall(x0, x1, HOUSES, 3.25, 3.4, np.minimum(wall * 1.08, 255))
    door = x0 + (x1 - x0) * rng.choice([0.22, 0.78])
    brush.wall(door - 0.62, door + 0.62, HOUSES, 0, 2.42, FRAME)
    brush.wall(door - 0.5, door + 0.5, HOUSES, 0.12, 2.3, DOORS[int(rng.integers(len(DOORS)))])
    brush.wall(door - 0.34, door + 0.34, HOUSES, 1.5, 2.1, GLASS)
    brush.solid([(door - 0.8, HOUSES, 0.14), (door + 0.8, HOUSES, 0.14), (door + 0.8, HOUSES - 0.5, 0.14), (door - 0.8, HOUSES - 0.5, 0.14)], (214, 210, 202))
    brush.wall(door - 0.8, door + 0.8, HOUSES - 0.5, 0, 0.14, (180, 176, 168))
    middle = (x0 + x1) / 2
    for centre in [c for c in (middle - 1.45, middle, middle + 1.45) if abs(c - door) > 1.25 and x0 + 0.6 < c < x1 - 0.6]:
        _window(brush, centre, 0.95, 2.35)
    for centre in (middle - 1.5, middle, middle + 1.5):
        _window(brush, centre, 3.9, 5.4)


def _tree(brush: Brush, x: float, y: float) -> None:
    brush.disc(x, y, 0.62, (120, 104, 88))
    brush.disc(x + 0.9, y + 0.5, 0.9, (160, 156, 148))
    brush.wall(x - 0.1, x + 0.1, y, 0, 2.2, (104, 82, 66))
    for dx, z, radius, leaf in ((0.5, 3.0, 0.85, 0), (-0.5, 2.9, 0.85, 0), (0.0, 3.7, 1.05, 0), (-0.25, 3.2, 0.8, 1), (0.2, 3.9, 0.7, 1), (-0.15, 4.15, 0.45, 2)):
        brush.ball(x + dx, y, z, radius, LEAVES[leaf])


def _window(brush: Brush, x: float, low: float, high: float) -> None:
    brush.wall(x - 0.5, x + 0.5, HOUSES, low - 0.06, high + 0.06, FRAME)
    brush.wall(x - 0.42, x + 0.42, HOUSES, low, high, GLASS)
    brush.solid([(x - 0.42, HOUSES, low + 0.5), (x + 0.1, HOUSES, high), (x - 0.25, HOUSES, high), (x - 0.42, HOUSES, high - 0.2)], (142, 162, 174))
    brush.wall(x - 0.025, x + 0.025, HOUSES, low, high, FRAME)
    brush.wall(x - 0.6, x + 0.6, HOUSES, low - 0.14, low - 0.04, (214, 208, 198))


SCENE = SampleScene(STAGE, LIGHT, paint, cast)
