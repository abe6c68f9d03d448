"""Chooses the movers of a clip: stories of several, and movers on their own with their begin times spread out."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .actors import Actor, build_shape, choose_route, crossing_time, fits, pick
from .movers import Shape
from .scenarios import Scenario
from .shapes import Pose
from .stories import STORIES
from .trajectories import RATE, plan, while_shown


def cast(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor]:
    """The movers of the clip; sometimes nobody at all."""
    if rng.random() < 0.12:
        return []
    share = seconds / 21.0
    count = int(np.clip(rng.choice([1, 2, 3, 4, 5, 8], p=[0.12, 0.20, 0.24, 0.20, 0.14, 0.10]) * share + rng.uniform(0, 0.5), 1, 8 * max(1, share)) * scene.crowd)
    actors: list[Actor] = []
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.30, 0.36, 0.24, 0.10]) + (scene.name == "counter"))):
        for _ in range(6):
            story = STORIES[pick(rng, scene.stories)](rng, scene, seconds, backdrop)
            if story and all(fits(rng, actor, actors) for actor in story):
                actors += story
                break
    begin = None
    while len(actors) < count:
        together = begin is not None and rng.random() < 0.2
        found = None
        for _ in range(16):
            begin = float(np.clip(begin + rng.uniform(0, 1.5), 0, seconds)) if together and begin is not None \
                else rng.uniform(0.0, max(seconds - 1.5, 1.0))
            if rng.random() < 0.10 * min(1.0, 16 / seconds):
                begin = -rng.uniform(0.8, 3.0)
            found = _alone(rng, scene, seconds, backdrop, begin)
            if found is not None and fits(rng, found, actors):
                actors.append(found)
                break
            found = None
        if found is None:
            break
    return actors


def _alone(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray, begin: float) -> Actor | None:
    """A mover on a route of its own."""
    kind, behaviour = pick(rng, scene.kinds), pick(rng, scene.behaviours)
    if behaviour == "start":
        begin = rng.uniform(1.2, max(seconds - 2, 2))
    hidden = behaviour in ("appear", "vanish")
    route = choose_route(rng, scene, kind, "cross" if hidden else behaviour)
    if route is None:
        return None
    shape, colour = build_shape(rng, scene, kind, backdrop)
    way = rng.choice(["stay", "stop", "cross"]) if hidden else behaviour
    path = plan(rng, scene.stage, shape, route[0], route[1], str(way), begin, crossing_time(rng, kind), seconds + 2, route[2])
    if path is None or not hidden:
        return None if path is None else Actor(shape, kind, colour, path)
    inside = np.flatnonzero((path.sight.visible > 0.95) & (path.sight.hidden < 0.3))
    if len(inside) < 2.5 * RATE:
        return None
    at = int(inside[rng.integers(RATE // 2, len(inside) - RATE)])
    samples = np.arange(len(path.moving))
    shown = samples >= at if behaviour == "appear" else samples < at
    return Actor(shape, kind, colour, while_shown(path, shown))


@dataclass(frozen=True)
class Parked:
    """What stands there all through the clip, and belongs to the background."""
    shape: Shape
    pose: Pose
    kind: str
    colour: str


def parked(rng: np.random.Generator, scene: Scenario, backdrop: np.ndarray, actors: list[Actor]) -> list[Parked]:
    """Those of a clip, far to near."""
    found = []
    for _ in range(int(rng.choice(6, p=[0.42, 0.23, 0.14, 0.11, 0.06, 0.04]))):
        kind = pick(rng, scene.kinds)
        shape, colour = build_shape(rng, scene, kind, backdrop)
        spot = np.array([rng.choice([rng.uniform(0.0, 0.25), rng.uniform(0.75, 1.0), rng.uniform(0, 1)]), rng.uniform(*scene.floor)])
        ground = scene.stage.view.ground(spot)[0]
        reach = max(shape.extent[:2])
        clear = all(np.linalg.norm(actor.track.position - ground, axis=1).min() > 0.5 * (reach + max(actor.shape.extent[:2])) for actor in actors)
        if clear:
            heading = rng.uniform(0, 2 * np.pi) if kind != "car" else rng.choice([0, 1.57]) + rng.normal(0, 0.1)
            found.append(Parked(shape, Pose(float(ground[0]), float(ground[1]), heading, 0.0, 0.0), kind, colour))
    return sorted(found, key=lambda one: -one.pose.y)
