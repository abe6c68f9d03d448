"""Composes a clip: background, movers, shadows, occluders, camera, and the labels."""
from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from .actors import Actor
from .backgrounds import paint
from .camera import Camera
from .casting import Parked, parked
from .colours import COLOURS, sample_rgb
from .disturbances import CHANCE, Disturbance, share
from .events import Event
from .labels import Labeller, Resting, woken
from .lens import Lens
from .plan import LENS, LOOK, PLAIN, REST, Plan, plan_clip
from .scenarios import Scenario
from .shapes import Light, Polygon, Pose, fill, place
from .trajectories import RATE, resampled
from .unrest import Unrest
from .visibility import IN, Stage, look

cv2.setNumThreads(1)


@dataclass
class Mover:
    id: int
    kind: str
    colour: str
    size: float              # median visible width, in frame widths
    visible: np.ndarray      # [T] share of it inside the picture and not behind an occluder
    bbox: np.ndarray         # [T,4] x0 y0 x1 y1, normalised, clipped to the picture
    state: np.ndarray        # [T] 0 unseen or still background, 1 moving, 2 standing


@dataclass
class Clip:
    frames: np.ndarray
    times: np.ndarray
    events: list[Event]
    grid: dict[str, np.ndarray]
    movers: list[Mover]
    scenario: str
    aspect: float            # true width / height; frames may be squeezed
    seed: int = field(default=0)
    plain: np.ndarray | None = None
    """The frames as a camera without faults would show them, if they were asked for."""


def render_clip(seed: int, seconds: float = 16.0, fps: float = 4.0, width: int = 96, height: int = 96,
                effects: bool = True, rare: bool = False, disturbed: float = CHANCE) -> Clip:
    """The clip of this seed; the scene is the same at every size, frame rate and with or without effects."""
    return render_plan(plan_clip(seed, seconds, rare, disturbed), fps, width, height, effects)


def render_plan(plan: Plan, fps: float, width: int, height: int, effects: bool = True, plain: bool = False) -> Clip:
    """The clip of a plan, as often as one likes. plain: also without anything that a camera, the light or the wind do to it."""
    scene, light, disturbance, moved, actors, seconds = plan.scene, plan.light, plan.disturbance, plan.moved, plan.actors, plan.seconds
    story, underfoot = deepcopy(plan.story), plan.underfoot
    ground, lens = (np.random.default_rng([plan.seed, salt]) for salt in (LOOK, LENS))
    background = paint(scene.setting, ground, width * 2, height * 2)
    base = np.clip(background * (light.tint * (0.65 + 0.45 * light.ambient)), 0, 255).astype(np.uint8)
    standing_there = parked(story, scene, underfoot, actors)
    for one in standing_there:
        _shade(base, scene.stage, one.shape, one.pose, light)
        _draw(base, one.shape.polygons(scene.stage.view, one.pose, light))
    bare = base.copy()
    _paint_occluders(base, scene, story)
    sets = [(scene.stage, base, bare, _resting(standing_there, scene.stage, light))]
    if moved is not None:
        sets.append((moved, *(_slide(picture, disturbance.shift) for picture in (base, bare)), _resting(standing_there, moved, light)))

    times = np.arange(round(seconds * fps)) / fps
    camera = Camera(lens, width, height, seconds, effects, disturbance, scene.air)
    rest = np.random.default_rng([plan.seed, REST])
    before, unrest = Lens(rest, scene.air, fps), Unrest(rest, scene.air, width * 2, height * 2, effects)
    faultless = Camera(np.random.default_rng([plan.seed, PLAIN]), width, height, seconds, False, disturbance, scene.air)
    taken, repeated = camera.moments(times)
    samples = np.minimum(np.round(taken * RATE).astype(int), round(seconds * RATE))
    labeller = Labeller(actors, len(times))
    frames = np.empty((len(times), height, width, 3), np.uint8)
    clean = np.empty_like(frames) if plain else None
    for t, sample in enumerate(samples):
        if repeated[t]:
            frames[t] = frames[t - 1]
            if clean is not None:
                clean[t] = clean[t - 1]
            labeller.repeat(t)
            continue
        stage, standing, behind, resting = sets[_away(disturbance, sample)]
        canvas, drawn = _render(standing if unrest.none else unrest.at(standing, float(taken[t])), behind, stage, actors, light, sample)
        frames[t] = camera.shoot(canvas, float(taken[t]), before if effects else None)
        if clean is not None:
            still = canvas if unrest.none else _render(standing, behind, stage, actors, light, sample)[0]
            clean[t] = faultless.shoot(still, float(taken[t]))
        if disturbance is None or disturbance.verb != "camera covered" or share(disturbance, float(taken[t])) < 0.5:
            labeller.frame(t, sample, drawn, stage, resting)
    return Clip(frames, times, plan.events, labeller.grid, _movers(actors, samples), scene.name, scene.stage.view.aspect, plan.seed, clean)


def film(stage: Stage, light: Light, actors: list[Actor], standing: np.ndarray, seconds: float, fps: float) -> Iterator[np.ndarray]:
    """The frames of a scene one by one, half as large as the standing picture, with nothing that a camera does to them."""
    height, width = standing.shape[0] // 2, standing.shape[1] // 2
    paths = [resampled(actor.track, stage, actor.shape, fps) for actor in actors]
    # Who waits outside the picture casts no shadow into it.
    smooth = [replace(actor, track=replace(path, shown=path.shown & (path.moving | (path.sight.visible > 0)))) for actor, path in zip(actors, paths)]
    for t in range(round(seconds * fps)):
        canvas, _ = _render(standing, standing, stage, smooth, light, t)
        yield cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)


def _resting(parked_: list[Parked], stage: Stage, light: Light) -> list[Resting]:
    """What stands there as it is labelled, without what is hardly in the picture."""
    found = []
    for one in parked_:
        sight = look(stage, one.shape, np.array([[one.pose.x, one.pose.y]]), np.array([one.pose.heading]))
        if sight.visible[0] >= IN:
            found.append(Resting(one.shape.polygons(stage.view, one.pose, light), sight.clipped[0], one.colour, one.kind))
    return found


def _away(disturbance: Disturbance | None, sample: int) -> int:
    """1 while the camera looks from where it was moved to, else 0."""
    return int(disturbance is not None and disturbance.moves and round(disturbance.t * RATE) <= sample < round(disturbance.until * RATE))


def _slide(picture: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    height, width = picture.shape[:2]
    move = np.float32([[1, 0, shift[0] * width], [0, 1, shift[1] * height]])
    return cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REFLECT)


def _draw(image: np.ndarray, polygons: list[Polygon]) -> None:
    for polygon in polygons:
        fill(image, polygon.points, polygon.colour)


def _shade(image: np.ndarray, stage: Stage, shape, pose: Pose, light: Light) -> None:
    """Darken the ground under and beside a shape."""
    if light.shadow < 0.05:
        return
    reach = min(shape.extent[2], 4.0) * 0.6
    foot = place(shape.footprint, pose)
    slide = -light.sun[:2] / max(light.sun[2], 0.3) * reach * (1 - light.softness * 12)
    cast_by = np.concatenate([foot, foot * (1, 1, 0) + [*slide, 0]])
    points = stage.view.project(cast_by)[0]
    points = cv2.convexHull(points.astype(np.float32))[:, 0]
    height, width = image.shape[:2]
    pad = light.softness * 2 + 2 / width
    x0, y0 = np.clip(((points.min(0) - pad) * (width, height)).astype(int), 0, (width, height))
    x1, y1 = np.clip(((points.max(0) + pad) * (width, height)).astype(int) + 1, 0, (width, height))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    local = (points * (width, height) - (x0, y0)) / (x1 - x0, y1 - y0)
    fill(mask, local, 255)
    blur = int(light.softness * width) * 2 + 1
    if blur > 1:
        mask = cv2.blur(mask, (blur, blur))
    keep = 255 - cv2.convertScaleAbs(mask, alpha=light.shadow)
    region = image[y0:y1, x0:x1]
    region[:] = cv2.multiply(region, cv2.merge([keep, keep, keep]), scale=1 / 255)


def _paint_occluders(base: np.ndarray, scene: Scenario, rng: np.random.Generator) -> None:
    for x0, y0, x1, y1 in scene.stage.occluders:
        rgb = sample_rgb(rng, COLOURS[int(rng.choice([0, 1, 2, 2, 10, 6]))]) * 0.8
        fill(base, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), rgb.tolist())
        fill(base, np.array([[x0, y0], [x0 * 0.6 + x1 * 0.4, y0], [x0 * 0.6 + x1 * 0.4, y1], [x0, y1]]), np.minimum(rgb * 1.25, 255).tolist())


def _pose(actor: Actor, sample: int) -> Pose:
    track = actor.track
    return Pose(float(track.position[sample, 0]), float(track.position[sample, 1]), float(track.heading[sample]),
                float(track.walked[sample]), 1.0 if track.moving[sample] else 0.15)


def _render(base, bare, stage, actors, light, sample) -> tuple[np.ndarray, list[tuple[int, list[Polygon]]]]:
    """The supersampled picture and what was drawn, far to near."""
    canvas = base.copy()
    height, width = canvas.shape[:2]
    visible = [i for i, actor in enumerate(actors) if actor.track.sight.visible[sample] > 0]
    visible.sort(key=lambda i: -actors[i].track.sight.depth[sample])
    poses = {i: _pose(actors[i], sample) for i in visible}
    near = [i for i, actor in enumerate(actors) if actor.track.shown[sample] and actor.track.sight.depth[sample] < stage.far_depth
            and np.abs(actor.track.sight.centre[sample] - 0.5).max() < 1.0]
    for i in near:
        _shade(canvas, stage, actors[i].shape, poses.get(i) or _pose(actors[i], sample), light)
    drawn = []
    for i in visible:
        polygons = actors[i].shape.polygons(stage.view, poses[i], light)
        _draw(canvas, polygons)
        drawn.append((i, polygons))
        if actors[i].track.sight.depth[sample] > 0.6 * stage.far_depth and stage.far_row > 0:
            edge = round(stage.far_row * height)
            canvas[:edge] = bare[:edge]
    if drawn:
        for x0, y0, x1, y1 in stage.occluders:
            area = np.s_[max(round(y0 * height), 0):round(y1 * height), max(round(x0 * width), 0):round(x1 * width)]
            canvas[area] = base[area]
    return canvas, drawn


def _movers(actors: list[Actor], samples: np.ndarray) -> list[Mover]:
    out = []
    for i, actor in enumerate(actors):
        sight = actor.track.sight
        state = np.where(sight.visible <= 0, 0, np.where(actor.track.moving, 1, np.where(woken(actor), 2, 0)))
        wide = (sight.box[:, 2] - sight.box[:, 0])[sight.visible > 0.35]
        out.append(Mover(i, actor.kind, actor.colour, float(np.median(wide)) if len(wide) else 0.0,
                         (sight.visible * (1 - sight.hidden))[samples].astype(np.float32),
                         sight.clipped[samples].astype(np.float32), state[samples].astype(np.uint8)))
    return out
