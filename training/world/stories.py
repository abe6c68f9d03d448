"""Stories of several movers: they meet, one hits another, follows it, makes room for it, hands put things down and take them.

Each returns its actors with what only the story knows: who did what to whom, and why somebody stops or starts.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .actors import Actor, Told, build_shape, choose_colour, choose_route, crossing_time, image_direction, pick
from .arms import Arm, Hold, carried, reach_in
from .colours import SKIN, SKIN_NAMES
from .movers import bottle, plain_object
from .scenarios import Scenario
from .trajectories import RATE, Track, arrive, plan, track
from .visibility import IN

Story = Callable[[np.random.Generator, Scenario, float, np.ndarray], list[Actor] | None]
BOTH_HANDS = 0.2
BARE = 0.35
"""Share of arms without a sleeve."""
MARGIN_S = 2.0
"""Tracks go on this long after the clip."""


def _halt(path: Track) -> int | None:
    """First sample of standing after having moved."""
    moved = np.maximum.accumulate(path.moving)
    still = np.flatnonzero(moved & ~path.moving)
    return int(still[0]) if len(still) else None


def _wander_kinds(scene: Scenario) -> dict[str, float]:
    return {k: v for k, v in scene.kinds.items() if k in ("person", "object")}


def meet(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor] | None:
    """Two come from different sides and stop beside each other."""
    kinds = _wander_kinds(scene)
    first_kind, second_kind = pick(rng, kinds), pick(rng, kinds)
    route = choose_route(rng, scene, first_kind, "cross")
    if route is None:
        return None
    spot, direction, _ = route
    (a, a_colour), (b, b_colour) = (build_shape(rng, scene, k, backdrop) for k in (first_kind, second_kind))
    gap = 0.5 * (max(a.extent[:2]) + max(b.extent[:2])) * rng.uniform(1.0, 1.3)
    towards = -direction if rng.random() < 0.6 else image_direction(rng, scene, scene.stage.view.project(np.array([*spot, 0.0]))[0])
    if towards @ direction > 0.5:
        return None
    at = rng.uniform(2.0, max(seconds - 4, 3))
    pause = rng.uniform(3.0, 8.0)
    later = at + rng.uniform(0.6, pause - 1.5)
    total = seconds + MARGIN_S
    one = arrive(rng, scene.stage, a, spot, direction, "stop", at, crossing_time(rng, first_kind), total, -direction, pause)
    two = arrive(rng, scene.stage, b, spot - towards * gap, towards, "stop", later, crossing_time(rng, second_kind), total, -towards,
                 max(1.2, at + pause - later + rng.uniform(-1, 2)))
    stop = _halt(two) if two is not None else None
    if one is None or stop is None or stop >= len(one.moving) or one.moving[stop] or stop < (_halt(one) or 10**9):
        return None
    return [Actor(a, first_kind, a_colour, one),
            Actor(b, second_kind, b_colour, two, (Told(stop, "meets", a),), {"stops": ("met", a)})]


def hit(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor] | None:
    """One runs into a thing that stands there, and it moves off."""
    kind = pick(rng, scene.kinds)
    route = choose_route(rng, scene, kind, "cross")
    if route is None:
        return None
    spot, direction, _ = route
    (a, a_colour), (b, b_colour) = build_shape(rng, scene, kind, backdrop), build_shape(rng, scene, "object", backdrop)
    gap = 0.45 * (a.extent[0] + max(b.extent[:2]))
    at, bounce = rng.uniform(2.0, max(seconds - 3, 3)), rng.random() < 0.7
    crossing, total = crossing_time(rng, kind) * 0.8, seconds + MARGIN_S
    one = arrive(rng, scene.stage, a, spot - direction * gap, direction, "stop", at, crossing, total,
                 -direction if bounce else None, rng.uniform(1.2, 4.0))
    contact = _halt(one) if one is not None else None
    if contact is None or contact >= len(one.moving) - RATE:
        return None
    lag, speed = rng.uniform(0.5, 1.5), rng.uniform(0.35, 0.8) * scene.extent / 4
    since = np.maximum(np.arange(len(one.moving)) - contact, 0) / RATE
    slid = speed * lag * (1 - np.exp(-since / lag)) * 2
    moving = (since > 0) & (np.exp(-since / lag) > 0.12)
    slid = np.where(moving | (since == 0), slid, slid[moving].max() if moving.any() else 0.0)
    two = track(scene.stage, b, spot + slid[:, None] * direction, np.full(len(slid), np.arctan2(direction[1], direction[0])), slid, moving)
    return [Actor(b, "object", b_colour, two, (), {"starts": ("hit", a)}),
            Actor(a, kind, a_colour, one, (Told(contact, "hits", b),), {"stops": ("hits", b)})]


def follow(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor] | None:
    """A second one takes the way of the first, shortly after."""
    kind = pick(rng, scene.kinds)
    route = choose_route(rng, scene, kind, "cross")
    if route is None:
        return None
    (a, a_colour), (b, b_colour) = build_shape(rng, scene, kind, backdrop), build_shape(rng, scene, kind, backdrop)
    begin, crossing, total = rng.uniform(0.3, max(seconds - 5, 1)), max(2.5, crossing_time(rng, kind)), seconds + MARGIN_S
    delay = crossing * rng.uniform(0.16, 0.32) + 0.3
    seed = int(rng.integers(2**31))
    one, two = (plan(np.random.default_rng(seed), scene.stage, shape, route[0], route[1], "cross", at, crossing, total)
                for shape, at in ((a, begin), (b, begin + delay)))
    if one is None or two is None:
        return None
    seen = np.flatnonzero(two.sight.visible >= IN)
    when = int(seen[0]) + RATE if len(seen) else len(two.moving)
    if when >= len(one.moving) or one.sight.visible[when] < IN or two.sight.visible[when] < IN:
        return None
    return [Actor(a, kind, a_colour, one), Actor(b, kind, b_colour, two)]   # that it follows shows in the tracks


def make_room(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor] | None:
    """One stops, another passes in front of it, it goes on."""
    kind = pick(rng, scene.kinds)
    route = choose_route(rng, scene, kind, "cross")
    if route is None:
        return None
    spot, way, _ = route
    kinds = _wander_kinds(scene)
    other_kind = pick(rng, kinds)
    (a, a_colour), (b, b_colour) = build_shape(rng, scene, kind, backdrop), build_shape(rng, scene, other_kind, backdrop)
    gap = 0.5 * (a.extent[0] + max(b.extent[:2])) + rng.uniform(0.1, 0.5) * max(b.extent[:2])
    across = np.array([-way[1], way[0]]) * rng.choice([-1, 1])
    total, at = seconds + MARGIN_S, rng.uniform(2.0, max(seconds - 4, 3))
    passing = at + rng.uniform(0.7, 1.8)
    pause = passing - at + rng.uniform(0.8, 1.8)
    one = arrive(rng, scene.stage, a, spot, way, "stop", at, crossing_time(rng, kind), total, None, pause)
    two = arrive(rng, scene.stage, b, spot + way * gap, across, "cross", passing, crossing_time(rng, other_kind), total)
    stop = _halt(one) if one is not None else None
    if two is None or stop is None:
        return None
    before = int(np.argmin(np.linalg.norm(two.position - (spot + way * gap), axis=1)))
    if before >= len(one.moving) or one.moving[before] or before < stop:
        return None
    past = np.flatnonzero(np.linalg.norm(two.position[before:] - (spot + way * gap), axis=1) > max(b.extent[:2]))
    return [Actor(a, kind, a_colour, one, (), {"stops": ("crossed", b), "starts": ("free", None)}),
            Actor(b, other_kind, b_colour, two, (Told(before + int(past[0]) if len(past) else before, "passes", a),))]


def _thing(rng: np.random.Generator, scene: Scenario, backdrop: np.ndarray, size: float):
    name, rgb = choose_colour(rng, scene, "object", backdrop)
    made = bottle(rng, rgb, size * 1.4) if scene.name == "counter" and rng.random() < 0.6 else plain_object(rng, rgb, size)
    return made, name


def _arm(rng: np.random.Generator, scene: Scenario, backdrop: np.ndarray, size: float) -> tuple[Arm, str]:
    if rng.random() < BARE and not scene.rare:
        tone = int(rng.integers(len(SKIN)))
        rgb = np.array(SKIN[tone]) * rng.uniform(0.92, 1.04)
        return Arm(rng, rgb, size, 3 * scene.extent, bare=True), scene.air.named(SKIN_NAMES[tone], rgb)
    name, rgb = choose_colour(rng, scene, "hand", backdrop)
    return Arm(rng, rgb, size, 3 * scene.extent), name


def handle(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor] | None:
    """A hand puts something down, takes something away, or both, one after the other."""
    view, total = scene.stage.view, seconds + MARGIN_S
    at_image = np.array([rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.8)])
    spot = view.ground(at_image)[0]
    size = scene.extent * rng.uniform(0.07, 0.15)
    brings, fetches = ((True, False), (False, True), (True, True))[int(rng.choice(3, p=[0.35, 0.3, 0.35]))]
    thing, colour = _thing(rng, scene, backdrop, size * rng.uniform(0.6, 1.5))
    at = rng.uniform(1.5, max(seconds - (7 if brings and fetches else 3), 2.5))
    arms, told, brought, fetched = [], [], None, None
    for role in [r for r, wanted in (("brings", brings), ("fetches", fetches)) if wanted]:
        arm, sleeve = _arm(rng, scene, backdrop, size)
        heading = image_direction(rng, scene, at_image)
        if abs(heading[0]) < 0.5 and heading[1] < 0 and rng.random() < 0.6:
            heading = -heading     # rather from below than from above
        if scene.name == "counter" and rng.random() < 0.75:
            heading = np.array([rng.normal(0, 0.35), -1.0]) / np.hypot(1.0, 0.2)   # over the counter
        moment = at if role == "brings" or not brings else at + rng.uniform(3.0, max(3.5, seconds - at - 1.5))
        found = reach_in(rng, scene.stage, arm, spot, heading, moment, total)
        if found is None:
            return None
        path, _, let_go = found
        offset = heading * size * 0.2
        if role == "brings":
            brought = Hold(path, let_go, offset)
            told.append(Told(let_go, "put down", arm))
        else:
            fetched = Hold(path, let_go, offset)
            told.append(Told(let_go, "taken", arm))
        arms.append(Actor(arm, "hand", sleeve, path))
        if rng.random() < BOTH_HANDS:
            beside = np.array([-heading[1], heading[0]]) * size * rng.choice([-1, 1]) * rng.uniform(1.2, 3.0)
            second = Arm(rng, arm.colours[-1], size, 3 * scene.extent, arm.is_bare)
            if (reached := reach_in(rng, scene.stage, second, spot + beside, heading, moment + rng.uniform(-0.5, 0.5), total)) is not None:
                arms.append(Actor(second, "hand", sleeve, reached[0]))
    if brought is not None and fetched is not None and fetched.sample - brought.sample < 2 * RATE:
        return None
    lies = spot + (brought or fetched).offset
    if fetched is not None:
        fetched = Hold(fetched.carrier, fetched.sample, lies - fetched.carrier.position[min(fetched.sample, len(fetched.carrier.position) - 1)])
    path = carried(scene.stage, thing, lies, total, brought, fetched)
    return [*arms, Actor(thing, "object", colour, path, tuple(told), {"taken": ("took", told[-1].other)}, carried=True)]


def deliver(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor] | None:
    """Somebody walks in, puts a thing down or takes one, and walks on."""
    route = choose_route(rng, scene, "person", "cross")
    if route is None:
        return None
    spot, direction, _ = route
    shape, colour = build_shape(rng, scene, "person", backdrop)
    thing, thing_colour = _thing(rng, scene, backdrop, max(shape.extent[2] * rng.uniform(0.35, 0.6), 0.03 * scene.extent))
    at, total = rng.uniform(2.0, max(seconds - 3, 3)), seconds + MARGIN_S
    path = arrive(rng, scene.stage, shape, spot, direction, "stop", at, crossing_time(rng, "person"), total,
                  -direction if rng.random() < 0.5 else None, rng.uniform(1.3, 2.5))
    stop = _halt(path) if path is not None else None
    if stop is None or stop >= len(path.moving) - RATE:
        return None
    sample = stop + round(rng.uniform(0.4, 0.9) * RATE)
    side = np.array([-direction[1], direction[0]]) * 0.5 * (shape.extent[1] + thing.extent[1])
    offset = direction * 0.3 * thing.extent[0] + side
    brings = rng.random() < 0.5
    hold = Hold(path, sample, offset)
    lies = path.position[min(sample, len(path.position) - 1)] + offset
    goods = carried(scene.stage, thing, lies, total, hold if brings else None, None if brings else hold)
    verb = "put down" if brings else "taken"
    return [Actor(shape, "person", colour, path),
            Actor(thing, "object", thing_colour, goods, (Told(sample, verb, shape),), {"taken": ("took", shape)}, carried=True)]


def group(rng: np.random.Generator, scene: Scenario, seconds: float, backdrop: np.ndarray) -> list[Actor] | None:
    """Two to four walk the same way: beside each other, or one behind the other."""
    route = choose_route(rng, scene, "person", "cross")
    if route is None:
        return None
    spot, direction, _ = route
    begin, crossing, total = rng.uniform(0.3, max(seconds - 4, 1)), crossing_time(rng, "person"), seconds + MARGIN_S
    across, stay = np.array([-direction[1], direction[0]]), rng.random() < 0.15
    actors: list[Actor] = []
    for n in range(int(rng.integers(2, 5))):
        shape, colour = build_shape(rng, scene, "person", backdrop)
        place = spot + across * (n * rng.choice([-1, 1]) * rng.uniform(0.8, 1.4) * max(shape.extent[:2]))
        path = plan(rng, scene.stage, shape, place, direction, "stay" if stay else "cross", begin, crossing * rng.uniform(0.95, 1.05), total)
        begin += rng.uniform(0.0, 1.6)
        if path is not None:
            actors.append(Actor(shape, "person", colour, path))
    return actors or None


STORIES: dict[str, Story] = {"meet": meet, "hit": hit, "follow": follow, "make room": make_room, "handle": handle, "deliver": deliver, "group": group}
