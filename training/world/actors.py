"""One mover: what it is, its colour, and a route that suits the scene."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .colours import ANIMAL_WEIGHTS, CLOTHES_WEIGHTS, HELD_OUT, OBJECT_WEIGHTS, VEHICLE_WEIGHTS, pick_name, sample_rgb
from .movers import Shape, Walker, plain_object, vehicle
from .riders import animal, cart, cyclist
from .scenarios import Scenario
from .trajectories import RATE, Track

WEIGHTS = {"car": VEHICLE_WEIGHTS, "person": CLOTHES_WEIGHTS, "object": OBJECT_WEIGHTS, "hand": CLOTHES_WEIGHTS, "animal": ANIMAL_WEIGHTS}
PLAUSIBLE_WIDTH = (0.016, 0.5)
LEAST_SECONDS = 0.9   # in view
CARTS, CYCLISTS = 0.06, 0.10


@dataclass(frozen=True)
class Told:
    """An event that a story knows of, rather than the track: `verb` at a sample, with another mover."""
    sample: int
    verb: str
    other: Shape | None = None


@dataclass(frozen=True)
class Actor:
    shape: Shape
    kind: str
    colour: str
    track: Track
    told: tuple[Told, ...] = ()
    causes: dict[str, tuple[str, Shape | None]] = field(default_factory=dict)   # verb: why, and who
    carried: bool = False        # its coming and going is told by who carries it


def pick(rng: np.random.Generator, chances: dict[str, float]) -> str:
    names = [name for name in chances if chances[name] > 0]
    weights = np.array([chances[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def choose_colour(rng: np.random.Generator, scene: Scenario, kind: str, backdrop: np.ndarray) -> tuple[str, np.ndarray]:
    """A colour name and an RGB of it; combinations follow the split, colours much like the background's mean are mostly avoided."""
    for _ in range(40):
        name = pick_name(rng, WEIGHTS[kind])
        rgb = sample_rgb(rng, name)
        held_out = (name, kind) in HELD_OUT
        if held_out != scene.rare and (held_out or rng.random() < 0.8):
            continue
        if np.abs(rgb - backdrop).sum() > 130 or rng.random() < 0.03:
            break
    return scene.air.named(name, rgb), rgb


def build_shape(rng: np.random.Generator, scene: Scenario, kind: str, backdrop: np.ndarray) -> tuple[Shape, str]:
    """A shape and the name of its colour, as far as that can be told in the scene's light."""
    name, rgb = choose_colour(rng, scene, kind, backdrop)
    if kind == "car":
        return (cart(rng, rgb) if rng.random() < CARTS else vehicle(rng, rgb)), name
    if kind == "person":
        return (cyclist(rng, rgb) if rng.random() < CYCLISTS and scene.name != "room" else Walker(rng, rgb)), name
    if kind == "animal":
        return animal(rng, rgb), name
    return plain_object(rng, rgb, scene.extent * rng.uniform(0.07, 0.26)), name


def _free_route(rng: np.random.Generator, scene: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """A spot on the floor and a direction near an image axis."""
    view = scene.stage.view
    spot = np.array([rng.uniform(0.15, 0.85), rng.uniform(*scene.floor)])
    if rng.random() < 0.08:
        spot[0] = rng.choice([0.07, 0.93])
    return view.ground(spot)[0], image_direction(rng, scene, spot)


def image_direction(rng: np.random.Generator, scene: Scenario, spot: np.ndarray) -> np.ndarray:
    """The ground direction that looks like left, right, up or down (rarely more than 25 degrees off)."""
    level = rng.random() < (0.55 if scene.upright else 0.93)
    angle = (0 if level else np.pi / 2) + np.pi * rng.integers(2)
    tilt = np.radians(rng.uniform(35, 42)) * rng.choice([-1, 1]) if rng.random() < 0.04 else np.radians(rng.normal(0, 8))
    step = 0.02 * np.array([np.cos(angle + tilt), np.sin(angle + tilt)])
    ends, _ = scene.stage.view.ground(np.stack([spot - step, spot + step]))
    return (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])


def choose_route(rng, scene: Scenario, kind: str, behaviour: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None] | None:
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
        after = -direction if behaviour == "back" else image_direction(rng, scene, image)
    elif behaviour == "turn":
        after = next((a for a in (image_direction(rng, scene, image) for _ in range(12)) if abs(a @ direction) < 0.6), None)
        if after is None:
            return None
    if not (0.02 < image[0] < 0.98 and 0.05 < image[1] < 1.15):
        return None
    return spot, direction, after


def crossing_time(rng: np.random.Generator, kind: str) -> float:
    """Seconds that a straight run through the picture takes."""
    return float(np.clip(np.exp(rng.normal(np.log(4.4), 0.6)), 1.1, 20.0)) * (1.25 if kind == "person" else 1.0)


def fits(rng: np.random.Generator, actor: Actor, cast: list[Actor]) -> bool:
    """Plausible size, clear direction, no driving through other movers."""
    shape, track, sight = actor.shape, actor.track, actor.track.sight
    seen = sight.visible > 0.35
    if not seen.any() or (not seen[0] and not seen[-1] and seen.sum() < LEAST_SECONDS * RATE):
        return False
    width = (sight.box[:, 2] - sight.box[:, 0])[seen]
    height = (sight.box[:, 3] - sight.box[:, 1])[seen]
    if not PLAUSIBLE_WIDTH[0] <= np.median(width) <= PLAUSIBLE_WIDTH[1] or width.max() > 0.8 or height.max() > 1.0:
        return False
    if actor.kind == "hand":
        return True
    velocity = np.abs(np.gradient(sight.centre, axis=0)[seen & track.moving])
    if len(velocity):
        ratio = velocity[:, 1] / (velocity[:, 0] + 1e-9)
        if ((ratio > 0.6) & (ratio < 2.0)).mean() > 0.3 and rng.random() < 0.92:
            return False
    still = seen & ~track.moving & track.shown
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


