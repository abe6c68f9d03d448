"""Paths over the ground and the speed along them: crossing, stopping, starting, turning."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .movers import Shape
from .visibility import Sight, Stage, look

RATE = 40  # samples per second
VISIBLE = 0.012
"""Frame widths or heights that an edge of a mover's picture must go until one sees that it moves."""


@dataclass(frozen=True)
class Track:
    position: np.ndarray   # [N,2] metres
    heading: np.ndarray    # [N]
    walked: np.ndarray     # [N]
    moving: np.ndarray     # [N] bool
    sight: Sight
    shown: np.ndarray      # [N] bool: false before it appears and after it vanishes inside the picture


def track(stage: Stage, shape: Shape, position: np.ndarray, heading: np.ndarray, walked: np.ndarray, moving: np.ndarray) -> Track:
    """A track from where the mover is at each sample."""
    sight = look(stage, shape, position, heading)
    return Track(position, heading, walked, _visibly(moving, sight.box), sight, np.ones(len(position), bool))


def while_shown(path: Track, shown: np.ndarray) -> Track:
    """A track of what is there at some samples only [N]."""
    return replace(path, moving=path.moving & shown, sight=replace(path.sight, visible=path.sight.visible * shown), shown=shown)


def _visibly(moving: np.ndarray, box: np.ndarray) -> np.ndarray:
    """From when a mover has gone so far that it shows, until the rest of its way does not: what is told can be seen."""
    seen = moving.copy()
    edges = np.flatnonzero(moving[1:] != moving[:-1]) + 1
    for first, last in zip([0, *edges], [*edges, len(moving)]):
        if not moving[first]:
            continue
        shown = np.ones((2, last - first), bool)
        if first > 0:
            shown[0] = np.abs(box[first:last] - box[first]).max(1) >= VISIBLE
        if last < len(moving):
            shown[1] = np.abs(box[first:last] - box[last - 1]).max(1) >= VISIBLE
        begun, ended = np.logical_or.accumulate(shown[0]), np.logical_or.accumulate(shown[1][::-1])[::-1]
        seen[first:last] = begun & ended
    return seen


def resampled(path: Track, stage: Stage, shape: Shape, rate: float) -> Track:
    """The same track with so many samples a second."""
    at = np.arange(int((len(path.moving) - 1) / RATE * rate) + 1) * RATE / rate
    nearest = np.round(at).astype(int)
    step = np.arange(len(path.moving))
    position = np.stack([np.interp(at, step, path.position[:, k]) for k in (0, 1)], -1)
    heading, walked = (np.interp(at, step, values) for values in (path.heading, path.walked))
    shown, sight = path.shown[nearest], look(stage, shape, position, heading)
    return Track(position, heading, walked, path.moving[nearest], replace(sight, visible=sight.visible * shown), shown)


def way_out(stage: Stage, shape: Shape, origin: np.ndarray, direction: np.ndarray, heading: float) -> float | None:
    """Distance from `origin` along `direction` until the shape is wholly out of the picture."""
    steps = np.linspace(0, 1, 160) ** 1.6 * max(8 * stage.view.distance, 2.5 * stage.far_depth)
    sight = look(stage, shape, origin + steps[:, None] * direction, np.full(len(steps), heading))
    gone = np.flatnonzero(sight.visible <= 0)
    return float(steps[gone[0]]) if len(gone) else None


def _ramp(length: float, seconds: float, rise: float, fall: float, skew: float) -> np.ndarray:
    """Distances at each sample of one leg: speed rises, holds (or drifts by `skew`) and falls."""
    count = max(2, round(seconds * RATE))
    u = (np.arange(count) + 0.5) / count
    speed = 1 + skew * (2 * u - 1)
    if rise:
        speed = speed * np.minimum(u / rise, 1)
    if fall:
        speed = speed * np.minimum((1 - u) / fall, 1)
    walked = np.cumsum(speed)
    return walked / walked[-1] * length


def plan(rng: np.random.Generator, stage: Stage, shape: Shape, spot: np.ndarray, direction: np.ndarray,
         behaviour: str, begin: float, crossing: float, seconds: float,
         turn: np.ndarray | None = None, pause: float | None = None) -> Track | None:
    """Move a shape through `spot` so that it comes into view near `begin`; None when it cannot.

    `crossing` is the time a straight run through the picture would take; a negative `begin`
    means that the mover is already under way at t=0. `turn` is the direction after `spot`,
    `pause` how long a stop lasts (s).
    """
    after = direction if turn is None else turn
    angle_in, angle_out = np.arctan2(direction[1], direction[0]), np.arctan2(after[1], after[0])
    before_length = way_out(stage, shape, spot, -direction, angle_in)
    after_length = way_out(stage, shape, spot, after, angle_out)
    if before_length is None or after_length is None or before_length + after_length < 1e-3:
        return None
    speed = (before_length + after_length) / crossing
    points = _path(shape, spot, direction, after, before_length, after_length, behaviour)
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    total = lengths[-1]
    halt = before_length if behaviour != "turn" else total / 2
    walked = _schedule(rng, behaviour, begin, speed, halt, total, seconds, pause)
    position = np.stack([np.interp(walked, lengths, points[:, k]) for k in (0, 1)], -1)
    tangent = np.diff(points, axis=0)
    segment = np.clip(np.searchsorted(lengths, walked + 1e-6, side="right") - 1, 0, len(tangent) - 1)
    raw = np.unwrap(np.arctan2(tangent[segment, 1], tangent[segment, 0]))
    heading = np.convolve(np.pad(raw, 8, mode="edge"), np.ones(17) / 17, mode="valid")
    pace = np.gradient(walked) * RATE
    return track(stage, shape, position, heading, walked, pace > 0.03 * speed)


def arrive(rng: np.random.Generator, stage: Stage, shape: Shape, spot: np.ndarray, direction: np.ndarray, behaviour: str, at: float,
           crossing: float, seconds: float, turn: np.ndarray | None = None, pause: float | None = None) -> Track | None:
    """Like `plan`, timed so that the mover is at `spot` at the given second."""
    seed = int(rng.integers(2**31))
    trial = plan(np.random.default_rng(seed), stage, shape, spot, direction, behaviour, 0.0, crossing, crossing * 4, turn, pause)
    if trial is None:
        return None
    needed = int(np.argmin(np.linalg.norm(trial.position - spot, axis=1))) / RATE
    return plan(np.random.default_rng(seed), stage, shape, spot, direction, behaviour, at - needed, crossing, seconds, turn, pause)


def _path(shape: Shape, spot, direction, after, before_length, after_length, behaviour) -> np.ndarray:
    start, end = spot - direction * before_length, spot + after * after_length
    if behaviour != "turn":
        return np.array([start, spot, end])
    bend = min(shape.extent[0] * 0.9, before_length * 0.4, after_length * 0.4)
    u = np.linspace(0, 1, 12)[:, None]
    curve = (1 - u) ** 2 * (spot - direction * bend) + 2 * u * (1 - u) * spot + u ** 2 * (spot + after * bend)
    return np.concatenate([[start], curve, [end]])


def _schedule(rng, behaviour, begin, speed, halt, total, seconds, pause) -> np.ndarray:
    """Distance walked at every sample from t=0 to `seconds`."""
    count = round(seconds * RATE) + 1
    parts: list[np.ndarray] = []
    offset = 0.0

    def leg(to: float, rise: float = 0.0, fall: float = 0.0, skew: float = 0.0) -> None:
        nonlocal offset
        stretch = 1 / (1 - rise / 2 - fall / 2)
        parts.append(offset + _ramp(to - offset, (to - offset) / speed * stretch, rise, fall, skew))
        offset = to

    def wait(duration: float) -> None:
        parts.append(np.full(max(1, round(duration * RATE)), offset))

    if behaviour == "start":
        offset = halt
        wait(begin)
        leg(total, rise=rng.uniform(0.1, 0.4))
    else:
        if begin > 0:
            wait(begin)
        if behaviour in ("stop", "stay", "back"):
            leg(halt, fall=rng.uniform(0.15, 0.6))
            wait(seconds if behaviour == "stay" else pause or rng.uniform(1.3, 6.0))
            leg(total, rise=rng.uniform(0.1, 0.5))
        elif behaviour in ("hurry", "ease"):
            paces = np.array([1 / rng.uniform(1.5, 2.2), rng.uniform(1.4, 2.0)])[:: 1 if behaviour == "hurry" else -1] * speed
            both = np.concatenate([_ramp(halt, halt / paces[0], 0, 0, 0), halt + _ramp(total - halt, (total - halt) / paces[1], 0, 0, 0)])
            parts.append(offset + np.convolve(np.pad(both, 7, mode="edge"), np.ones(15) / 15, mode="valid"))   # the change takes 0.4 s
            offset = total
        else:
            leg(total, skew=rng.uniform(-0.5, 0.5) if rng.random() < 0.4 else 0.0)
    walked = np.concatenate(parts)
    if begin < 0:
        walked = walked[min(round(-begin * RATE), len(walked) - 1):]
    if len(walked) < count:
        walked = np.concatenate([walked, np.full(count - len(walked), walked[-1])])
    return walked[:count]
