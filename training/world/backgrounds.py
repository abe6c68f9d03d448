"""The standing picture behind the movers: ground, road, floor, wall, clutter."""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .colours import COLOURS, sample_rgb
from .noise import fractal, sample
from .projection import View
from .shapes import fill


@dataclass(frozen=True)
class Road:
    """A straight band on the ground: unit direction, a point on it, lane count and width."""
    direction: np.ndarray
    centre: np.ndarray
    lanes: int
    lane_width: float


@dataclass(frozen=True)
class Setting:
    """What the background shows; drawn once per clip by the scene."""
    view: View
    ground: str            # asphalt, grass, tiles, boards, concrete, carpet, gravel
    road: Road | None
    far_row: float         # rows above are hill, trees, facade or wall
    backdrop: str          # sky, trees, facade, wall, haze
    clutter: int
    contrast: float
    ground_rgb: np.ndarray
    road_rgb: np.ndarray


GROUND_RGB = {"asphalt": (92, 92, 95), "grass": (84, 112, 60), "tiles": (168, 160, 150), "boards": (150, 112, 76),
              "concrete": (146, 143, 138), "carpet": (110, 100, 112), "gravel": (140, 128, 112)}


def tone(rng: np.random.Generator, rgb, spread: float = 0.25) -> np.ndarray:
    """A variation of a base RGB."""
    return np.clip(np.array(rgb, np.float32) * rng.uniform(1 - spread, 1 + spread) + rng.normal(0, 7, 3), 5, 250).astype(np.float32)


def paint(setting: Setting, rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """The background as float32 RGB [height,width,3], 0..255."""
    xs, ys = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    ground, depth = setting.view.ground(np.stack([xs, ys], -1))
    tiles = [fractal(rng, 256, rng.uniform(0.5, 0.85)) for _ in range(2)]
    unit = setting.view.distance
    picture = _surface(setting, rng, ground, tiles, unit)
    if setting.road is not None:
        picture = _road(setting.road, setting.road_rgb, rng, picture, ground, tiles, unit)
    picture = picture * (1 + 0.07 * setting.contrast * sample(tiles[1], ground[..., 0], ground[..., 1], unit * 0.7))[..., None]
    above = (ys < setting.far_row) | ~np.isfinite(depth)
    if above.any():
        back = _backdrop(setting.backdrop, rng, xs, ys, tiles, setting.far_row)
        picture = np.where(above[..., None], back, picture)
    picture = np.ascontiguousarray(np.clip(picture, 0, 255).astype(np.uint8))
    for _ in range(setting.clutter):
        _clutter(picture, rng, setting.far_row)
    picture = picture.astype(np.float32)
    angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.35)
    slope = (xs - 0.5) * np.cos(angle) + (ys - 0.5) * np.sin(angle)
    grain = cv2.resize(tiles[0], (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(picture * (1 + strength * slope + 0.04 * setting.contrast * grain)[..., None], 0, 255)


def _surface(setting: Setting, rng, ground, tiles, unit) -> np.ndarray:
    name, contrast, base = setting.ground, setting.contrast, setting.ground_rgb
    x, y = ground[..., 0], ground[..., 1]
    turn = rng.choice([0.0, rng.uniform(0, np.pi)])
    x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    fine = sample(tiles[0], x + 0.3 * unit, y - 0.2 * unit, unit * rng.uniform(0.7, 1.8))
    coarse = sample(tiles[1], x + 7.3, y - 2.1, unit * rng.uniform(1.5, 3.0))
    rough = {"grass": 0.20, "gravel": 0.18, "carpet": 0.10}.get(name, 0.06) * rng.uniform(0.5, 1.6) * contrast
    picture = base * (1 + rough * fine + 0.08 * contrast * coarse)[..., None]
    if name in ("tiles", "carpet") or (name == "concrete" and rng.random() < 0.6):
        size = unit * rng.uniform(0.05, 0.25)
        if rng.random() < 0.5:
            check = ((np.floor(x / size) + np.floor(y / size)) % 2)[..., None]
            picture = picture * (1 - check) + check * tone(rng, GROUND_RGB[name], 0.5) * (1 + 0.05 * fine)[..., None]
        seam = (np.abs(x / size % 1 - 0.5) > 0.47) | (np.abs(y / size % 1 - 0.5) > 0.47)
        picture = picture * np.where(seam, rng.uniform(0.6, 0.95), 1.0)[..., None]
    if name == "boards":
        size = unit * rng.uniform(0.03, 0.10)
        plank = np.sin(np.floor(x / size) * 12.9898) * 43758.5453 % 1
        picture = picture * (0.82 + 0.3 * plank - 0.25 * (np.abs(x / size % 1 - 0.5) > 0.46))[..., None]
    return picture


def _road(road: Road, tarmac: np.ndarray, rng, picture, ground, tiles, unit) -> np.ndarray:
    offset = ground - road.centre
    along = offset @ road.direction
    across = offset @ np.array([-road.direction[1], road.direction[0]])
    half = road.lanes * road.lane_width / 2
    wear = sample(tiles[0], across * 4, along, unit) * 0.05 + sample(tiles[1], across, along, unit * 0.4) * 0.05
    picture = np.where((np.abs(across) < half)[..., None], tarmac * (1 + wear)[..., None], picture)
    if rng.random() < 0.6:
        kerb = (np.abs(across) >= half) & (np.abs(across) < half + 0.3)
        picture = np.where(kerb[..., None], tone(rng, (170, 168, 162)), picture)
    if rng.random() < 0.45:
        walk = (np.abs(across) >= half + 0.3) & (np.abs(across) < half + rng.uniform(1.8, 3.5))
        slab = 1 - 0.12 * (np.abs(along / 1.2 % 1 - 0.5) > 0.46)
        picture = np.where(walk[..., None], tone(rng, (150, 146, 140)) * (slab * (1 + wear))[..., None], picture)
    paint_rgb = tone(rng, (225, 224, 216), 0.1) if rng.random() < 0.8 else tone(rng, (215, 180, 70), 0.1)
    dash, line = rng.uniform(2.5, 9.0), rng.uniform(0.10, 0.22)
    if rng.random() < 0.75:
        for lane in range(1, road.lanes):
            mark = np.abs(across + half - lane * road.lane_width) < line / 2
            if rng.random() < 0.75:
                mark &= along % dash < dash * 0.45
            picture = np.where(mark[..., None], paint_rgb, picture)
    if rng.random() < 0.5:
        picture = np.where((np.abs(np.abs(across) - half + 0.25) < line / 2)[..., None], paint_rgb, picture)
    if rng.random() < 0.15:
        at = rng.uniform(-0.3, 0.3) * unit
        zebra = (np.abs(along - at) < 1.5) & (np.abs(across) < half) & (across % 1.0 < 0.5)
        picture = np.where(zebra[..., None], paint_rgb, picture)
    return picture


def _backdrop(name, rng, xs, ys, tiles, far_row) -> np.ndarray:
    span = max(far_row, 0.12)
    if name in ("sky", "haze"):
        top, low = tone(rng, (150, 180, 215)), tone(rng, (205, 210, 214))
        mix = np.clip(ys / span, 0, 1)[..., None]
        return top * (1 - mix) + low * mix + 6 * sample(tiles[1], xs, ys * 3, 1.0)[..., None]
    if name == "trees":
        leaf = sample(tiles[0], xs, ys, rng.uniform(0.3, 0.8))
        return tone(rng, (64, 84, 50), 0.35) * (1 + 0.28 * leaf)[..., None]
    base = tone(rng, (165, 152, 138) if name == "facade" else (190, 184, 174), 0.35)
    picture = base * (1 + 0.04 * sample(tiles[0], xs, ys, 0.6))[..., None]
    across, down = rng.uniform(0.06, 0.22), span * rng.uniform(0.3, 0.6)
    if name == "facade":
        window = (np.abs(xs / across % 1 - 0.5) < 0.28) & (np.abs(ys / down % 1 - 0.5) < 0.3)
        picture = np.where(window[..., None], tone(rng, (70, 80, 95), 0.5), picture)
    elif rng.random() < 0.5:
        picture = picture * np.where(np.abs(xs / across % 1 - 0.5) > 0.46, 0.82, 1.0)[..., None]
    if rng.random() < 0.6:
        picture = np.where((ys > far_row - span * 0.08)[..., None], tone(rng, (95, 85, 75), 0.4), picture)
    return picture


def _clutter(picture: np.ndarray, rng: np.random.Generator, far_row: float) -> None:
    """One standing thing: a framed rectangle, shelf, text-like marks, line, blot or pole."""
    form = rng.choice(["frame", "shelf", "text", "line", "blot", "slab"], p=[0.2, 0.15, 0.15, 0.2, 0.15, 0.15])
    name = COLOURS[int(rng.integers(len(COLOURS)))]
    rgb = sample_rgb(rng, name) * rng.uniform(0.5, 1.0)
    if rng.random() < 0.6:
        rgb = rgb.mean() * 0.75 + rgb * 0.25
    edge = rng.random() < 0.75   # mostly near the border, where real clutter stands
    x, y = rng.uniform(0, 1), rng.uniform(0, 1)
    if edge:
        x, y = ((x, rng.choice([0.03, 0.97, far_row * 0.6])) if rng.random() < 0.5 else (rng.choice([0.03, 0.97]), y))
    w, h = rng.uniform(0.03, 0.22), rng.uniform(0.03, 0.25)
    lean = rng.normal(0, 0.02)
    quad = np.array([[x - w / 2, y - h / 2], [x + w / 2, y - h / 2 + lean], [x + w / 2 + lean, y + h / 2], [x - w / 2 + lean, y + h / 2 - lean]])
    if form == "line":
        angle, reach, thick = rng.uniform(0, np.pi), rng.uniform(0.1, 0.7), rng.uniform(0.003, 0.012)
        step, side = np.array([np.cos(angle), np.sin(angle)]) * reach / 2, np.array([-np.sin(angle), np.cos(angle)]) * thick
        middle = np.array([x, y])
        fill(picture, np.array([middle - step - side, middle + step - side, middle + step + side, middle - step + side]), rgb.tolist())
    elif form == "text":
        cursor, size = x, rng.uniform(0.012, 0.035)
        for _ in range(int(rng.integers(3, 12))):
            glyph = rng.uniform(0.3, 0.9) * size
            for _ in range(2):
                px, py, tall = cursor + rng.uniform(0, glyph), y + rng.uniform(-0.5, 0.2) * size, rng.uniform(0.3, 1.2) * size
                fill(picture, np.array([[px, py], [px + glyph * 0.4, py], [px + glyph * 0.4, py + tall], [px, py + tall]]), rgb.tolist())
            cursor += size
    elif form == "blot":
        turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        mask = np.zeros(picture.shape[:2], np.uint8)
        fill(mask, np.stack([x + w * 0.6 * np.cos(turn), y + h * 0.5 * np.sin(turn)], 1), 255)
        blur = max(1, int(picture.shape[1] * 0.02)) * 2 + 1
        soft = cv2.blur(mask, (blur, blur)).astype(np.float32)[..., None] / 255 * rng.uniform(0.1, 0.45)
        picture[:] = picture * (1 - soft) + soft * rgb.astype(np.float32)
    else:
        fill(picture, quad, rgb.tolist())
        inner = quad.mean(0) + (quad - quad.mean(0)) * rng.uniform(0.6, 0.92)
        fill(picture, inner, np.clip(rgb * rng.uniform(0.5, 1.5), 0, 255).tolist())
        if form == "shelf":
            for row in range(int(rng.integers(2, 5))):
                for column in range(int(rng.integers(2, 6))):
                    px, py = x - w / 2 + w * (column + 0.2) / 6, y - h / 2 + h * (row + 0.2) / 5
                    item = sample_rgb(rng, COLOURS[int(rng.integers(len(COLOURS)))]) * 0.8
                    fill(picture, np.array([[px, py], [px + w / 8, py], [px + w / 8, py + h / 7], [px, py + h / 7]]), item.tolist())
