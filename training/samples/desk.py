"""A desk from above: hands put things down and take them; balls roll by."""
from __future__ import annotations

import numpy as np

from world.actors import Actor, Told
from world.arms import Arm, Hold, carried, reach_in
from world.colours import sample_rgb
from world.projection import View
from world.shapes import Light
from world.trajectories import plan
from world.visibility import Stage

from .brush import Brush
from .scene import AWAY, LEFT, RIGHT, TOTAL, SampleScene, colours, smooth
from .things import ball, book, mug, parcel

ACROSS = 1.7
"""Metres of the desk from the left edge to the right one."""
VIEW = View(focal=1.3, pitch=np.radians(62), distance=1.3 * ACROSS, aspect=16 / 9)
STAGE = Stage(VIEW, 0.0, 1e3, ())
LIGHT = Light(np.array([-0.45, 0.3, 0.84]), 0.78, np.full(3, 1.04), 0.3, 0.005)
HAND, THING = 0.15, 0.17
SPOTS = ((-0.36, -0.02), (0.02, 0.08), (0.38, -0.03))
WAYS = (RIGHT, AWAY, LEFT)
"""How a hand reaches for each of the spots."""
SLEEVES = ("blue", "red", "pink", "black")
THINGS = ("red", "yellow", "white", "green", "orange", "purple")


def cast(rng: np.random.Generator) -> list[Actor] | None:
    """Hands bring and fetch in turn; no more than two things lie there."""
    sleeves, paints = iter(colours(rng, SLEEVES, 14)), iter(colours(rng, THINGS, 12))
    actors: list[Actor] = []
    lying: list[tuple[int, Hold, object, str, np.ndarray]] = []
    at, rolls = rng.uniform(1.3, 1.6), (3, 7)
    number = 0
    while at < 36.0:
        if number in rolls:
            actors.append(_roll(rng, next(paints), at))
            at += rng.uniform(3.0, 4.0)
        elif len(lying) == 2 or (lying and rng.random() < 0.35):
            spot, brought, thing, colour, lies = lying.pop(0)
            arm, sleeve, path, moment = _reach(rng, next(sleeves), spot, at)
            actors.append(Actor(arm, "hand", sleeve, path))
            actors.append(_thing(thing, colour, lies, brought, Hold(path, moment, lies - path.position[moment]), actors, arm))
            at += rng.uniform(3.0, 4.2)
        else:
            free = [i for i in range(len(SPOTS)) if i not in [one[0] for one in lying]]
            spot, colour = int(rng.choice(free)), next(paints)
            make = (parcel, book, mug)[int(rng.integers(3))]
            thing = make(rng, sample_rgb(rng, colour), THING)
            arm, sleeve, path, moment = _reach(rng, next(sleeves), spot, at)
            offset = WAYS[spot] * HAND * 0.2
            actors.append(Actor(arm, "hand", sleeve, path))
            lying.append((spot, Hold(path, moment, offset), thing, colour, np.array(SPOTS[spot]) + offset))
            at += rng.uniform(3.0, 4.2)
        number += 1
    for _, brought, thing, colour, lies in lying:
        actors.append(_thing(thing, colour, lies, brought, None, actors, None))
    return None if any(actor is None for actor in actors) else actors


def _reach(rng: np.random.Generator, sleeve: str, spot: int, at: float):
    """An arm, its sleeve, its track and the sample at which it lets go."""
    arm = smooth(Arm(rng, sample_rgb(rng, sleeve), HAND, 3 * ACROSS))
    path, _, moment = reach_in(rng, STAGE, arm, np.array(SPOTS[spot]), WAYS[spot], at, TOTAL)
    return arm, sleeve, path, moment


def _thing(thing, colour: str, lies: np.ndarray, brought: Hold, fetched: Hold | None, actors: list[Actor], taker) -> Actor:
    bringer = next(actor.shape for actor in actors if actor.track is brought.carrier)
    told = [Told(brought.sample, "put down", bringer)] + ([Told(fetched.sample, "taken", taker)] if fetched else [])
    path = carried(STAGE, thing, lies, TOTAL, brought, fetched)
    return Actor(thing, "object", colour, path, tuple(told), {"taken": ("took", taker)}, carried=True)


def _roll(rng: np.random.Generator, colour: str, begin: float) -> Actor | None:
    shape = ball(rng, sample_rgb(rng, colour), 0.14)
    way = RIGHT if rng.random() < 0.5 else LEFT
    path = plan(rng, STAGE, shape, np.array([0.0, -0.24]), way, "cross", begin, rng.uniform(3.0, 3.8), TOTAL)
    return Actor(shape, "object", colour, path) if path is not None else None


def paint(width: int, height: int) -> np.ndarray:
    brush = Brush(VIEW, width, height, (196, 160, 122))
    rng = np.random.default_rng(2)
    for y in np.arange(-1.0, 1.0, 0.16):
        brush.floor(-2, 2, y, y + 0.16, np.array((198, 162, 124)) * rng.uniform(0.95, 1.03))
        brush.floor(-2, 2, y - 0.0015, y + 0.0015, (164, 128, 94))
        for x in rng.uniform(-1.4, 1.4, 1):
            brush.floor(x - 0.0015, x + 0.0015, y, y + 0.16, (164, 128, 94))
    brush.rounded(-0.645, 0.655, -0.345, 0.255, 0.03, (168, 134, 100))
    brush.rounded(-0.65, 0.65, -0.34, 0.26, 0.03, (78, 80, 84))
    brush.rounded(-0.635, 0.635, -0.325, 0.245, 0.02, (88, 90, 94))
    _notebook(brush)
    _plant(brush)
    return brush.finish(glow=0.08)


def _notebook(brush: Brush) -> None:
    brush.rounded(0.69, 1.06, 0.225, 0.525, 0.015, (158, 124, 92))
    brush.rounded(0.68, 1.05, 0.23, 0.53, 0.015, (226, 216, 196))
    for y in np.arange(0.27, 0.5, 0.035):
        brush.floor(0.72, 1.0, y, y + 0.003, (196, 188, 172))
    brush.ground([(0.74, 0.30), (0.93, 0.45), (0.922, 0.46), (0.732, 0.31)], (206, 150, 70))
    brush.ground([(0.74, 0.30), (0.732, 0.31), (0.722, 0.296)], (80, 66, 56))


def _plant(brush: Brush) -> None:
    x, y = -0.74, 0.42
    brush.disc(x + 0.03, y - 0.02, 0.15, (158, 124, 92))
    brush.disc(x, y, 0.14, (214, 206, 194))
    brush.disc(x, y, 0.115, (96, 74, 60))
    for leaf, angle in enumerate(np.linspace(0, 2 * np.pi, 9, endpoint=False)):
        turn, reach = np.linspace(0, 2 * np.pi, 30), 0.21 if leaf % 2 else 0.16
        along, aside = reach * (0.5 - 0.5 * np.cos(turn)), 0.042 * np.sin(turn)
        c, s = np.cos(angle), np.sin(angle)
        brush.ground(np.stack([x + c * along - s * aside, y + s * along + c * aside], -1), ((86, 126, 84), (104, 146, 96))[leaf % 2])


SCENE = SampleScene(STAGE, LIGHT, paint, cast)
