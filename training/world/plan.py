"""Plans a clip: the scene, who does what in it, and the events that follow; nothing is rendered yet."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from . import air
from .actors import Actor
from .casting import cast
from .disturbances import CHANCE, Disturbance
from .disturbances import choose as choose_disturbance
from .events import Event, find_events
from .scenarios import Scenario, choose
from .shapes import Light
from .trajectories import RATE
from .visibility import Stage, cut, look

STORY, LOOK, LENS, AIR, REST, PLAIN = 1, 2, 3, 5, 7, 8
"""What a seed is drawn for: what happens, how it looks, what the camera makes of it, through what air, what does not rest, and the same without any of that."""


@dataclass(frozen=True)
class Plan:
    """A clip that is not rendered yet."""
    seed: int
    seconds: float
    scene: Scenario
    light: Light
    disturbance: Disturbance | None
    moved: Stage | None
    """Where things are once the camera has been moved."""
    actors: list[Actor]
    events: list[Event]
    story: np.random.Generator
    """What is still to be drawn."""

    @property
    def underfoot(self) -> np.ndarray:
        return self.scene.setting.ground_rgb if self.scene.setting.road is None else self.scene.setting.road_rgb


def plan_clip(seed: int, seconds: float = 16.0, rare: bool = False, disturbed: float = CHANCE) -> Plan:
    """The plan of this seed's clip: much less work than rendering it.

    rare: colours come from the combinations that training never shows. disturbed: chance of something to happen to the
    whole picture; with another one, a seed is another clip.
    """
    story = np.random.default_rng([seed, STORY])
    scene = choose(story, air.choose(np.random.default_rng([seed, AIR])), rare)
    light = _light(story)
    disturbance = choose_disturbance(story, seconds, disturbed)
    plan = Plan(seed, seconds, scene, light, disturbance, _moved(scene.stage, disturbance), [], [], story)
    plan.actors.extend(_seen_from(plan.moved, disturbance, actor) for actor in cast(story, scene, seconds, plan.underfoot))
    plan.events.extend(find_events(plan.actors, disturbance, seconds))
    return plan


def _moved(stage: Stage, disturbance: Disturbance | None) -> Stage | None:
    if disturbance is None or not disturbance.moves:
        return None
    dx, dy = disturbance.shift
    return replace(stage, view=replace(stage.view, shift=disturbance.shift), far_row=max(stage.far_row + dy, 0.0) if stage.far_row else 0.0,
                   occluders=tuple((x0 + dx, y0 + dy, x1 + dx, y1 + dy) for x0, y0, x1, y1 in stage.occluders))


def _seen_from(moved: Stage | None, disturbance: Disturbance | None, actor: Actor) -> Actor:
    """The actor as the camera sees it that is moved away for a while, or for good."""
    if moved is None:
        return actor
    path = actor.track
    there = look(moved, actor.shape, path.position, path.heading)
    there = replace(there, visible=there.visible * path.shown)
    first, last = (min(round(t * RATE), len(path.moving)) for t in (disturbance.t, disturbance.until))
    return replace(actor, track=replace(path, sight=cut(cut(path.sight, there, first), path.sight, last)))


def _light(rng: np.random.Generator) -> Light:
    angle, height = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(25, 80))
    sun = np.array([np.cos(angle) * np.cos(height), np.sin(angle) * np.cos(height), np.sin(height)])
    sunny = rng.random() < 0.55
    level = rng.uniform(0.55, 0.8) if rng.random() < 0.12 else rng.uniform(0.9, 1.15)
    return Light(sun, rng.uniform(0.60, 0.75) if sunny else rng.uniform(0.80, 0.95), np.full(3, level),
                 rng.uniform(0.25, 0.6) if sunny else rng.uniform(0.0, 0.4), rng.uniform(0.0, 0.01) if sunny else rng.uniform(0.01, 0.05))
