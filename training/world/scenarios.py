"""The kinds of scene: where the camera stands, what the ground is, and where movers may go."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .air import CLEAR, Air
from .backgrounds import GROUND_RGB, Road, Setting, tone
from .projection import View
from .visibility import Stage

SCENARIOS = {"road": 0.19, "side": 0.20, "room": 0.17, "mixed": 0.14, "table": 0.08, "walk": 0.13, "counter": 0.09}


@dataclass(frozen=True)
class Scenario:
    name: str
    stage: Stage
    setting: Setting
    kinds: dict[str, float]                        # chances of car, person, object
    behaviours: dict[str, float]
    lanes: tuple[tuple[np.ndarray, np.ndarray], ...]   # a point and the direction of travel, for vehicles
    floor: tuple[float, float]                     # image rows where free movers put their feet
    upright: bool                                  # free movers may cross upwards and downwards
    extent: float                                  # metres of ground across the picture's centre
    stories: dict[str, float]                      # chances of the stories of several movers
    rare: bool = False                             # colours of movers come from the held-out combinations
    air: Air = CLEAR
    crowd: float = 1.0                             # how many times as many movers as elsewhere


def _view(rng: np.random.Generator, pitch: tuple[float, float], share: float, metres: float) -> View:
    """A view in which `metres` at the picture's centre fill `share` of its width."""
    focal = rng.uniform(0.75, 1.7)
    aspect = 16 / 9 if rng.random() < 0.7 else 4 / 3
    roll = rng.normal(0, 0.02) if rng.random() < 0.4 else 0.0
    return View(focal, np.radians(rng.uniform(*pitch)), focal * metres / share, aspect, roll)


def _far(view: View, metres: float, least: float) -> tuple[float, float]:
    """The row and depth where `metres` shrink to `least` of the frame's width (row 0 when that is outside)."""
    depth = view.focal * metres / least
    row = view.row_of_depth(depth)
    return (row, depth) if row > 0 else (0.0, max(depth, 3 * view.distance))


def _occluders(rng: np.random.Generator, chance: float) -> tuple[tuple[float, float, float, float], ...]:
    found = []
    while rng.random() < chance and len(found) < 3:
        x, width = rng.uniform(0.05, 0.95), rng.uniform(0.012, 0.05)
        if rng.random() < 0.75:
            found.append((x - width / 2, 0.0, x + width / 2, rng.choice([1.0, rng.uniform(0.5, 1.0)])))
        else:
            wide, top = rng.uniform(0.1, 0.35), rng.uniform(0.7, 0.92)
            found.append((x - wide / 2, top, x + wide / 2, 1.0))
    return tuple(found)


def choose(rng: np.random.Generator, air: Air = CLEAR, rare: bool = False) -> Scenario:
    """Draw one scenario with its camera."""
    name = str(rng.choice(list(SCENARIOS), p=list(SCENARIOS.values())))
    return replace({"road": _road, "side": _side, "room": _room, "mixed": _mixed, "table": _table, "walk": _walk, "counter": _counter}[name](rng), air=air, rare=rare)


def _lanes(rng: np.random.Generator, road: Road, one_way: float) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    side = np.array([-road.direction[1], road.direction[0]])
    flip, single = rng.choice([-1, 1]), rng.random() < one_way
    lanes = []
    for lane in range(road.lanes):
        offset = (lane + 0.5 - road.lanes / 2) * road.lane_width
        sign = flip if single or offset < 0 else -flip
        lanes.append((road.centre + side * offset, road.direction * sign))
    return tuple(lanes)


def _setting(rng, view, ground, road, far_row, backdrop) -> Setting:
    plain, grey = rng.random() < 0.25, rng.uniform(0, 0.9)
    colours = (tone(rng, GROUND_RGB[name], 0.45) for name in (ground, "asphalt"))
    return Setting(view, ground, road, far_row, backdrop, 0 if plain else int(rng.integers(1, 13)),
                   rng.uniform(0.1, 0.5) if plain else rng.uniform(0.5, 1.8),
                   *(rgb + (rgb.mean() - rgb) * grey for rgb in colours))


def _road(rng: np.random.Generator) -> Scenario:
    """A road running away from the camera: vehicles grow as they come down and shrink going up."""
    long = rng.random() < 0.5
    pitch = (14, 32) if long else (32, 68)
    for _ in range(40):
        view = _view(rng, pitch, rng.uniform(0.07, 0.16) if long else rng.uniform(0.09, 0.24), 1.8)
        far_row, far_depth = _far(view, 1.8, rng.uniform(0.028, 0.055))
        if far_row < 0.26:
            break
    yaw = rng.normal(0, 0.10)
    across = 1.0 / view.focal * view.distance
    lane_width = rng.uniform(2.9, 3.8)
    lanes = int(np.clip(round(across * rng.uniform(0.4, 0.9) / lane_width), 1, 4))
    centre = np.array([rng.normal(0, 0.08) * across, 0.0])
    road = Road(np.array([np.sin(yaw), np.cos(yaw)]), centre, lanes, lane_width)
    lot = rng.random() < 0.15
    ground = str(rng.choice(["asphalt", "concrete"] if lot else ["grass", "concrete", "gravel", "asphalt", "tiles"]))
    setting = _setting(rng, view, ground, None if lot else road, far_row, str(rng.choice(["trees", "facade", "haze", "sky"])))
    stage = Stage(view, far_row, far_depth, _occluders(rng, 0.12))
    return Scenario("road", stage, setting, {"car": 0.84, "person": 0.12, "object": 0.02, "animal": 0.02},
                    {"cross": 0.58, "stop": 0.13, "stay": 0.05, "start": 0.09, "turn": 0.05, "hurry": 0.10, "ease": 0.05},
                    _lanes(rng, road, 0.25), (0.35, 0.9), False, across,
                    {"follow": 0.4, "make room": 0.3, "hit": 0.15, "meet": 0.1, "deliver": 0.05})


def _side(rng: np.random.Generator) -> Scenario:
    """A road across the picture."""
    view = _view(rng, (7, 40), rng.uniform(0.055, 0.14) if rng.random() < 0.35 else rng.uniform(0.14, 0.42), 4.4)
    across = view.distance / view.focal
    yaw = rng.normal(0, 0.07)
    lane_width = rng.uniform(2.8, 3.8)
    lanes = int(rng.integers(1, 4 if across < 40 else 6))
    road = Road(np.array([np.cos(yaw), np.sin(yaw)]), np.array([0.0, rng.normal(0, 0.04) * across]), lanes, lane_width)
    far_row = max(view.horizon + 0.03, rng.uniform(0.1, 0.4)) if view.horizon > -0.6 else 0.0
    near = view.project(np.array([0.0, road.centre[1] + lanes * lane_width / 2, 0.0]))[0][1]
    far_row = float(np.clip(min(far_row, near - 0.03), 0, 0.6))
    ground = str(rng.choice(["grass", "concrete", "gravel", "asphalt", "tiles"]))
    setting = _setting(rng, view, ground, road, far_row, str(rng.choice(["trees", "facade", "wall", "haze"])))
    stage = Stage(view, 0.0, 1e3, _occluders(rng, 0.25))
    return Scenario("side", stage, setting, {"car": 0.72, "person": 0.2, "object": 0.05, "animal": 0.03},
                    {"cross": 0.47, "stop": 0.15, "stay": 0.06, "start": 0.10, "turn": 0.05, "back": 0.03, "hurry": 0.11, "ease": 0.05, "appear": 0.03, "vanish": 0.04},
                    _lanes(rng, road, 0.3), (min(far_row + 0.2, 0.7), 0.9), False, across,
                    {"follow": 0.3, "make room": 0.25, "hit": 0.2, "meet": 0.15, "deliver": 0.1})


def _room(rng: np.random.Generator) -> Scenario:
    """People indoors or in a yard, from a wall-mounted camera; a corridor has a far end."""
    corridor = rng.random() < 0.35
    close = not corridor and rng.random() < 0.18   # by a door or a till: who comes near fills the picture
    view = _view(rng, (16, 34) if corridor else (12, 62), rng.uniform(0.2, 0.45) if close else rng.uniform(0.05, 0.2), 0.55)
    if corridor:
        far_row, far_depth = _far(view, 0.55, rng.uniform(0.028, 0.06))
        if far_row > 0.3:
            far_row = 0.3
            ground, depth = view.ground(np.array([0.5, 0.3]))
            far_depth = float(depth)
    else:
        far_row, far_depth = (rng.uniform(0.08, 0.42) if view.pitch < np.radians(38) else 0.0), 1e3
        far_row = float(np.clip(max(far_row, view.horizon + 0.12), 0, 0.5))
    ground = str(rng.choice(["tiles", "boards", "carpet", "concrete", "asphalt"]))
    setting = _setting(rng, view, ground, None, far_row, str(rng.choice(["wall", "wall", "facade", "trees"])))
    stage = Stage(view, far_row if corridor else 0.0, far_depth, _occluders(rng, 0.25))
    return Scenario("room", stage, setting, {"car": 0.0, "person": 0.82, "object": 0.10, "animal": 0.08},
                    {"cross": 0.30, "stop": 0.16, "stay": 0.10, "start": 0.12, "turn": 0.12, "back": 0.06, "hurry": 0.06, "ease": 0.03,
                     "appear": 0.08, "vanish": 0.08},
                    (), (min(far_row + 0.15, 0.6), 0.92), corridor or far_row == 0, view.distance / view.focal,
                    {"follow": 0.12, "make room": 0.08, "hit": 0.10, "meet": 0.25, "deliver": 0.25, "group": 0.2})


def _mixed(rng: np.random.Generator) -> Scenario:
    """A yard, lot or table from any steep angle, with anything moving any way."""
    view = _view(rng, (36, 90), rng.uniform(0.05, 0.40), 4.4)
    across = view.distance / view.focal
    yaw = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.12)
    road = None
    if rng.random() < 0.5:
        road = Road(np.array([np.sin(yaw), np.cos(yaw)]), rng.normal(0, 0.1, 2) * across, int(rng.integers(1, 4)), rng.uniform(2.8, 3.8))
    ground = str(rng.choice(["grass", "concrete", "gravel", "asphalt", "tiles", "boards", "carpet"]))
    setting = _setting(rng, view, ground, road, 0.0, "haze")
    stage = Stage(view, 0.0, 1e3, _occluders(rng, 0.2))
    return Scenario("mixed", stage, setting, {"car": 0.42, "person": 0.28, "object": 0.24, "animal": 0.06},
                    {"cross": 0.31, "stop": 0.14, "stay": 0.08, "start": 0.12, "turn": 0.12, "back": 0.07, "hurry": 0.06, "ease": 0.03,
                     "appear": 0.10, "vanish": 0.10},
                    _lanes(rng, road, 0.3) if road else (), (0.15, 0.88), True, across,
                    {"follow": 0.15, "make room": 0.15, "hit": 0.3, "meet": 0.2, "handle": 0.2})


def _table(rng: np.random.Generator) -> Scenario:
    """A table, counter or shelf from above, where hands put things down and take them."""
    view = _view(rng, (38, 90), rng.uniform(0.10, 0.40), 4.4)
    across = view.distance / view.focal
    ground = str(rng.choice(["boards", "tiles", "carpet", "concrete"]))
    setting = _setting(rng, view, ground, None, 0.0, "haze")
    stage = Stage(view, 0.0, 1e3, _occluders(rng, 0.08))
    return Scenario("table", stage, setting, {"object": 1.0},
                    {"cross": 0.3, "stop": 0.15, "stay": 0.1, "start": 0.15, "turn": 0.10, "back": 0.06, "appear": 0.14, "vanish": 0.14},
                    (), (0.2, 0.85), True, across, {"handle": 0.85, "hit": 0.15})


def _walk(rng: np.random.Generator) -> Scenario:
    """A pavement, square or hall from above: many small people, who come and go at every edge, most of all at the top and the bottom."""
    view = _view(rng, (26, 62), rng.uniform(0.022, 0.075), 0.55)
    across = view.distance / view.focal
    far_row = float(np.clip(view.horizon + 0.1, 0, 0.35)) if rng.random() < 0.3 else 0.0
    ground = str(rng.choice(["asphalt", "concrete", "tiles", "gravel", "grass"]))
    road = None
    if rng.random() < 0.5:
        yaw = rng.normal(0, 0.5)
        road = Road(np.array([np.sin(yaw), np.cos(yaw)]), rng.normal(0, 0.25, 2) * across, int(rng.integers(1, 3)), rng.uniform(2.5, 3.5))
    setting = _setting(rng, view, ground, road, far_row, str(rng.choice(["trees", "facade", "wall"])))
    stage = Stage(view, far_row if far_row else 0.0, 1e3, _occluders(rng, 0.12))
    return Scenario("walk", stage, setting, {"car": 0.06, "person": 0.84, "object": 0.04, "animal": 0.06},
                    {"cross": 0.66, "stop": 0.12, "stay": 0.05, "start": 0.06, "turn": 0.06, "back": 0.02, "hurry": 0.02, "ease": 0.01},
                    _lanes(rng, road, 0.3) if road else (), (min(far_row + 0.12, 0.5), 0.92), True, across,
                    {"group": 0.6, "follow": 0.15, "meet": 0.15, "deliver": 0.1}, crowd=float(rng.uniform(1.0, 2.6)))


def _counter(rng: np.random.Generator) -> Scenario:
    """A shelf or counter seen from the side, close: its wall is the ground that things stand on, and hands reach in, mostly from above."""
    view = _view(rng, (80, 90), rng.uniform(0.10, 0.30), 1.0)
    across = view.distance / view.focal
    far_row = float(rng.uniform(0.3, 0.8))
    setting = replace(_setting(rng, view, str(rng.choice(["boards", "tiles", "carpet", "concrete"])), None, far_row, "wall"), clutter=int(rng.integers(0, 5)))
    return Scenario("counter", Stage(view, 0.0, 1e3, ()), setting, {"object": 1.0},
                    {"cross": 0.25, "stop": 0.2, "stay": 0.15, "start": 0.1, "back": 0.1, "appear": 0.1, "vanish": 0.1},
                    (), (0.3, 0.8), False, across, {"handle": 1.0})
