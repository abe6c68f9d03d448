"""Chooses the movers of a clip: what they are, their colour, route and timing."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .colours import CLOTHES_WEIGHTS, OBJECT_WEIGHTS, VEHICLE_WEIGHTS, pick_name, sample_rgb
from .movers import Shape, Walker, plain_object, vehicle
from .scenarios import Scenario
from .shapes import Pose
from .trajectories import RATE, Track, plan

WEIGHTS = {"car": VEHICLE_WEIGHTS, "person": CLOTHES_WEIGHTS, "object": OBJECT_WEIGHTS}
PLAUSIBLE_WIDTH = (0.04, 0.46)
LEAST_SECONDS = 1.2   # in view


@dataclass(frozen=True)
class Actor:
    shape: Shape
    kind: str
    colour: str
    track: Track


def _pick(rng: np.random.Generator, chances: dict[str, float]) -> str:
    names = [name for name in chances if chances[name] > 0]
    weights = np.array([chances[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def build_shape(rng: np.random.Generator, scene: Scenario, kind: str, backdrop: np.ndarray) -> tuple[Shape, str]:
    """A shape and its colour name; colours much like the background's mean are mostly avoided."""
    for _ in range(4):
        name = pick_name(rng, WEIGHTS[kind])
        rgb = sample_rgb(rng, name)
        if np.abs(rgb - backdrop).sum() > 110 or rng.random() < 0.1:
            break
    if kind == "car":
        return vehicle(rng, rgb), name
    if kind == "person":
        return Walker(rng, rgb), name
    return plain_object(rng, rgb, scene.extent * rng.uniform(0.07, 0.26)), name


def _free_route(rng: np.random.Generator, scene: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """A spot on the floor and a direction near an image axis."""
    view = scene.stage.view
    spot = np.array([rng.uniform(0.15, 0.85), rng.uniform(*scene.floor)])
    if rng.random() < 0.08:
        spot[0] = rng.choice([0.07, 0.93])
    return view.ground(spot)[0], _image_direction(rng, scene, spot)


def _image_direction(rng: np.random.Generator, scene: Scenario, spot: np.ndarray) -> np.ndarray:
    """The ground direction that looks like left, right, up or down (rarely more than 25 degrees off)."""
    level = rng.random() < (0.55 if scene.upright else 0.93)
    angle = (0 if level else np.pi / 2) + np.pi * rng.integers(2)
    tilt = np.radians(rng.uniform(35, 42)) * rng.choice([-1, 1]) if rng.random() < 0.04 else np.radians(rng.normal(0, 8))
    step = 0.02 * np.array([np.cos(angle + tilt), np.sin(angle + tilt)])
    ends, _ = scene.stage.view.ground(np.stack([spot - step, spot + step]))
    return (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])


def _route(rng, scene: Scenario, kind: str, behaviour: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None] | None:
    """Spot, direction and direction after the spot, on the ground."""
    view = scene.stage.view
    if kind == "car" and scene.lanes:
        point, way = scene.lanes[int(rng.integers(len(scene.lanes)))]
        low, high = scene.floor if scene.name != "side" else (0, 0)
        if scene.name == "side" or abs(way[0]) > abs(way[1]):
            target = np.array([rng.uniform(0.15, 0.85) - 0.5, 0]) * scene.extent
        else:
            target = view.ground(np.array([0.5, rng.uniform(max(low, 0.3), high)]))[0]
        spot = point + way * ((target - point) @ way)
        direction = way
    else:
        spot, direction = _free_route(rng, scene)
    after = None
    image = view.project(np.array([*spot, 0.0]))[0]
    if behaviour == "back" or (behaviour in ("stop",) and kind != "car" and rng.random() < 0.35):
        after = -direction if behaviour == "back" else _image_direction(rng, scene, image)
    elif behaviour == "turn":
        after = _image_direction(rng, scene, image)
        if abs(after @ direction) > 0.6:
            return None
    if not (0.02 < image[0] < 0.98 and 0.05 < image[1] < 1.15):
        return None
    return spot, direction, after


def _fits(rng: np.random.Generator, track: Track, cast: list[Actor], shape: Shape) -> bool:
    """Plausible size, clear direction, no driving through other movers."""
    sight = track.sight
    seen = sight.visible > 0.35
    if not seen.any() or (not seen[0] and not seen[-1] and seen.sum() < LEAST_SECONDS * RATE):
        return False
    width = (sight.box[:, 2] - sight.box[:, 0])[seen]
    height = (sight.box[:, 3] - sight.box[:, 1])[seen]
    if not PLAUSIBLE_WIDTH[0] <= np.median(width) <= PLAUSIBLE_WIDTH[1] or width.max() > 0.62 or height.max() > 1.0:
        return False
    velocity = np.abs(np.gradient(sight.centre, axis=0)[seen & track.moving])
    if len(velocity):
        ratio = velocity[:, 1] / (velocity[:, 0] + 1e-9)
        if ((ratio > 0.6) & (ratio < 2.0)).mean() > 0.3 and rng.random() < 0.92:
            return False
    still = seen & ~track.moving
    if still.any() and sight.visible[still].min() < 0.5:
        return False
    reach = max(shape.extent[0], shape.extent[1])
    for other in cast:
        both = seen & (other.track.sight.visible > 0.35)
        if both.any():
            gap = np.linalg.norm(track.position - other.track.position, axis=1)[both].min()
            if gap < 0.5 * (reach * 0.9 + max(other.shape.extent[:2]) * 0.6) and rng.random() < 0.95:
                return False
    return True


def cast(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor]:
    """The movers of the clip, with their begin times spread out; sometimes nobody at all."""
    if rng.random() < 0.14:
        return []
    share = seconds / 16.0
    count = int(np.clip(rng.choice([1, 2, 3, 4, 5], p=[0.07, 0.15, 0.26, 0.28, 0.24]) * share + rng.uniform(0, 0.5), 1, 5 * max(1, share)))
    actors: list[Actor] = []
    begin = None
    for _ in range(count):
        together = begin is not None and rng.random() < 0.2
        for _ in range(16):
            begin = float(np.clip(begin + rng.uniform(0, 1.5), 0, seconds)) if together and begin is not None \
                else rng.uniform(0.0, max(seconds - 1.5, 1.0))
            if rng.random() < 0.10 * min(1.0, 16 / seconds):
                begin = -rng.uniform(0.8, 3.0)
            kind = _pick(rng, scene.kinds)
            behaviour = _pick(rng, scene.behaviours)
            if behaviour == "start":
                begin = rng.uniform(1.2, max(seconds - 2, 2))
            route = _route(rng, scene, kind, behaviour)
            if route is None:
                continue
            shape, colour = build_shape(rng, scene, kind, backdrop)
            crossing = float(np.clip(np.exp(rng.normal(np.log(4.4), 0.45)), 1.5, 9.0)) * (1.25 if kind == "person" else 1.0)
            track = plan(rng, scene.stage, shape, route[0], route[1], behaviour, begin, crossing, seconds + 2, route[2])
            if track is not None and _fits(rng, track, actors, shape):
                actors.append(Actor(shape, kind, colour, track))
                break
    return actors


def parked(rng: np.random.Generator, scene: Scenario, backdrop: np.ndarray, actors: list[Actor]) -> list[tuple[Shape, Pose]]:
    """Things that stand all through the clip; they belong to the background."""
    found = []
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.55, 0.25, 0.12, 0.08]))):
        kind = _pick(rng, scene.kinds)
        shape, _ = build_shape(rng, scene, kind, backdrop)
        spot = np.array([rng.choice([rng.uniform(0.0, 0.25), rng.uniform(0.75, 1.0), rng.uniform(0, 1)]), rng.uniform(*scene.floor)])
        ground = scene.stage.view.ground(spot)[0]
        reach = max(shape.extent[:2])
        clear = all(np.linalg.norm(actor.track.position - ground, axis=1).min() > 0.5 * (reach + max(actor.shape.extent[:2])) for actor in actors)
        if clear:
            found.append((shape, Pose(float(ground[0]), float(ground[1]), rng.uniform(0, 2 * np.pi) if kind != "car" else rng.choice([0, 1.57]) + rng.normal(0, 0.1), 0.0, 0.0)))
    return found
