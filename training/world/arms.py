"""Arms that reach into the picture from an edge, and things that are carried, put down and taken."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .colours import SKIN
from .movers import Shape
from .shapes import Limbs
from .trajectories import RATE, Track, track, way_out
from .visibility import Stage


class Arm(Limbs):
    """A hand at the origin and a sleeved arm behind it, `size` metres from wrist to fingertips; the named colour is the sleeve's."""

    def __init__(self, rng: np.random.Generator, rgb: np.ndarray, size: float, reach: float, bare: bool = False) -> None:
        """bare: there is no sleeve, and the colour is the skin's."""
        self.is_bare = bare
        skin = rgb if bare else np.array(SKIN[int(rng.integers(len(SKIN)))], float)
        lift, wide, wrist = size * 0.5, size * rng.uniform(0.24, 0.34), size * rng.uniform(0.1, 0.9)
        rows = [((-size * 0.45, 0, lift), (-size * 0.1, 0, lift * 0.7), wide, skin)]
        rows += [((-size * 0.1, y * wide, lift * 0.7), (size * 0.25, y * wide * 1.3, lift * 0.4), wide * 0.28, skin * 0.95) for y in (-0.7, 0.0, 0.7)]
        rows.append(((-size * 0.4 - wrist, 0, lift), (-size * 0.4, 0, lift), wide * 0.75, skin * 0.95))
        swing = rng.normal(0, 0.06)
        rows.append(((-reach, swing * reach, lift * 1.6), (-size * 0.4 - wrist, 0, lift), wide * rng.uniform(1.1, 1.7) * (0.7 if bare else 1.0), rgb))
        super().__init__([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], [r[3] for r in rows])
        back, side = -size * 0.4 - wrist - size * 0.8, wide * 1.5
        self.extent = np.array([size * 0.3 - back, 2 * side, lift * 2])
        self.bounds = np.array([[x, y, lift] for x in (back, size * 0.3) for y in (-side, side)])
        self.footprint = np.array([[x, y, 0.0] for x, y in ((back, -side * 0.6), (size * 0.3, -side * 0.6), (size * 0.3, side * 0.6), (back, side * 0.6))])


def reach_in(rng: np.random.Generator, stage: Stage, arm: Arm, spot: np.ndarray, direction: np.ndarray, at: float, seconds: float
             ) -> tuple[Track, int, int] | None:
    """An arm whose hand is at `spot` from second `at`. Returns its track and the samples of touching and letting go."""
    heading = float(np.arctan2(direction[1], direction[0]))
    far = way_out(stage, arm, spot, -direction, heading)
    if far is None:
        return None
    count = round(seconds * RATE) + 1
    t = np.arange(count) / RATE
    there, hold, back = rng.uniform(0.5, 1.3), rng.uniform(0.3, 1.0), rng.uniform(0.5, 1.3)
    ease = lambda u: (1 - np.cos(np.pi * np.clip(u, 0, 1))) / 2  # noqa: E731
    away = far * (1 - ease((t - at + there) / there) + ease((t - at - hold) / back))
    moving = ((t > at - there) & (t < at)) | ((t > at + hold) & (t < at + hold + back))
    position = spot - away[:, None] * direction
    return (track(stage, arm, position, np.full(count, heading), far - away, moving), round(at * RATE), round((at + hold) * RATE))


@dataclass(frozen=True)
class Hold:
    """A carrier has the thing up to a sample (it brings it) or from a sample on (it fetches it)."""
    carrier: Track
    sample: int
    offset: np.ndarray


def carried(stage: Stage, shape: Shape, spot: np.ndarray, seconds: float, brought: Hold | None, fetched: Hold | None) -> Track:
    """A thing that lies at `spot` except while a carrier has it."""
    count = round(seconds * RATE) + 1
    position, moving = np.repeat(spot[None], count, 0), np.zeros(count, bool)
    if brought is not None:
        position[:brought.sample] = brought.carrier.position[:brought.sample] + brought.offset
        moving[:brought.sample] = brought.carrier.moving[:brought.sample]
    if fetched is not None:
        position[fetched.sample:] = fetched.carrier.position[fetched.sample:] + fetched.offset
        moving[fetched.sample:] = fetched.carrier.moving[fetched.sample:]
    return track(stage, shape, position, np.zeros(count), np.zeros(count), moving)
