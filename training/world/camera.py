"""What a cheap fixed camera does to the picture; none of it is an event."""
from __future__ import annotations

import cv2
import numpy as np

from .air import CLEAR, Air
from .disturbances import Disturbance, disturb
from .lens import Lens
from .noise import fractal

DARKEST, BRIGHTEST = 55.0, 185.0
"""Means of a picture as cameras expose it; of 255."""
AIMED = 85.0, 165.0
"""The same of cameras that bring every scene to one of their own."""
NOISE = 0.12, 4.5
"""Its deviation by daylight, of 255, most often small."""
NIGHT = 12.0, 80.0
"""The same of a dark scene."""
STEPS = 0.35, 2.8
"""How far the exposure may be from what it was, by itself."""
STEADY = 0.35
"""Share of the cameras whose exposure and light stay as they are."""
DIP_S = 0.8, 4.0
"""How long the exposure takes to give way or to come back: longer than a lamp."""


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


class _Dip:
    """The exposure gives way for a while, as when something bright is just outside of the picture."""

    def __init__(self, rng: np.random.Generator, seconds: float) -> None:
        self._begins, self._stays = rng.uniform(0, seconds), rng.uniform(0, 5)
        self._falls, self._rises = rng.uniform(*DIP_S, 2)
        self._stops = rng.uniform(-1.2, 0.6)

    def at(self, t: float) -> float:
        down = np.clip((t - self._begins) / self._falls, 0, 1)
        up = np.clip((t - self._begins - self._falls - self._stays) / self._rises, 0, 1)
        return float(2 ** (self._stops * (down - up)))


class Camera:
    """Effects drawn once per clip; `shoot` turns one rendered frame into one delivered frame."""

    def __init__(self, rng: np.random.Generator, width: int, height: int, seconds: float, enabled: bool, disturbance: Disturbance | None = None, air: Air = CLEAR) -> None:
        self._rng, self._size = rng, (width, height)
        self._on, self._disturbance = enabled, disturbance
        self._air = air
        self._gain_state, self._last_time, self._reference = 1.0, 0.0, 0.0

        def maybe(chance: float, low: float, high: float) -> float:
            hit, value = rng.random() < chance, rng.uniform(low, high)
            return float(value) if hit else 0.0

        steady = 0.0 if rng.random() < STEADY else 1.0
        self._drift = maybe(0.4, 0.03, 0.18) * steady, rng.uniform(6, 40), rng.uniform(0, 6.3)
        self._auto = maybe(0.6, 0.3, 2.5) * steady, rng.uniform(0.1, 2.5)
        self._by_highlights = rng.random() < 0.4
        self._flicker = maybe(0.15, 0.01, 0.05) * steady
        self._noise = float(np.exp(rng.uniform(*np.log(NOISE)))) if rng.random() < 0.85 else 0.0
        self._chroma = maybe(0.6, 0.3, 3.0)
        self._blur = maybe(0.35, 0.2, 0.8)
        self._shake = maybe(0.2, 0.1, 0.8), rng.uniform(0.4, 2.0)
        self._jpeg = int(rng.integers(15, 91)) if rng.random() < 0.6 else 0
        self._sharpen = maybe(0.45, 0.3, 1.8)
        self._balance = maybe(0.35, 0.1, 0.8) * steady, rng.uniform(0.4, 4.0)
        self._wander = rng.normal(0, 1, 3) * maybe(0.6, 0.003, 0.03), rng.uniform(5, 30), rng.uniform(0, 6.3)
        self._cast, self._cast_now = np.zeros(3, np.float32), np.zeros(3, np.float32)
        self._dips = [_Dip(rng, seconds) for _ in range(int(rng.integers(1, 5)))] if rng.random() < 0.3 * steady else []
        self._smear, self._last = maybe(0.6 if air.night else 0.12, 0.2, 0.65), None
        self._coarse = maybe(0.5, 0.4, 0.9)
        if air.night:   # little light, much gain
            self._noise, self._chroma = rng.uniform(2.0, 13.0), 0.0 if air.infrared else rng.uniform(0.5, 6.0)
        self._lamp = self._lit_by_itself(rng) if air.night else None
        self._cloud = maybe(0.15, 0.1, 0.35) * steady, rng.uniform(-0.06, 0.06, 2)
        self._shimmer = maybe(0.18, 3.0, 12.0)
        self._gain, self._lift = self._tone(rng, maybe)
        self._meter, self._aim = 0.0, maybe(0.5, *AIMED)
        clouds = fractal(rng, 64, 0.5, 2)
        self._clouds = cv2.GaussianBlur(clouds, (0, 0), 3)
        self._waves = fractal(rng, 64, 0.9, 8)
        spot, reach = rng.uniform(0, 1, 2), rng.uniform(0.1, 0.3)
        xs, ys = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
        self._region = np.exp(-((xs - spot[0]) ** 2 + (ys - spot[1]) ** 2) / (2 * (reach / 2) ** 2))
        self._grain = rng.standard_normal((height * 2, width * 2, 1), dtype=np.float32) * self._noise \
            + rng.standard_normal((height * 2, width * 2, 3), dtype=np.float32) * self._chroma
        if self._coarse:   # scaled down or smoothed by the camera: grains are larger than pixels
            self._grain = cv2.GaussianBlur(self._grain, (0, 0), self._coarse).reshape(height * 2, width * 2, -1) * (1 + 2 * self._coarse)
        self._repeat = maybe(0.2, 0.02, 0.15)
        self._jitter = maybe(0.4, 0.005, 0.02)
        self._step = maybe(0.25, -1.5, 1.5) * steady, rng.uniform(2, max(seconds, 3)), rng.uniform(0.7, 2.5)

    def _tone(self, rng, maybe) -> tuple[np.ndarray, np.ndarray]:
        """Per-pixel gain and an additive lift: exposure, white balance, vignette, contrast."""
        width, height = self._size
        xs, ys = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
        vignette = 1 - maybe(0.35, 0.1, 0.45) * (xs ** 2 + ys ** 2) / 2
        balance = 1 + rng.normal(0, 1, 3) * maybe(0.6, 0.02, 0.08)
        exposure = 1 + maybe(0.6, -0.3, 0.3)
        low = maybe(0.25, 0.2, 0.5)
        gain = (vignette * exposure * (1 - low))[..., None] * balance
        return gain.astype(np.float32), np.float32(low * rng.uniform(30, 130))

    def _lit_by_itself(self, rng) -> np.ndarray:
        """How much light each pixel gets of the lamps there are: pools of light, and darkness beyond."""
        width, height = self._size
        xs, ys = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
        light = np.full((height, width), rng.uniform(0.05, 0.6), np.float32)
        for _ in range(int(rng.integers(1, 4))):
            x, y, reach = rng.uniform(0, 1), rng.uniform(0.2, 1.1), rng.uniform(0.25, 0.9)
            light += np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * (reach / 2) ** 2))
        return (light / light.mean())[..., None]

    def moments(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """When each frame is really taken, and which frames repeat the one before."""
        repeated = np.zeros(len(times), bool)
        if not self._on:
            return times, repeated
        repeated[1:] = self._rng.random(len(times) - 1) < self._repeat
        taken = np.maximum(times + self._rng.uniform(-1, 1, len(times)) * self._jitter, 0)
        return taken, repeated

    def shoot(self, rendered: np.ndarray, t: float, before: Lens | None = None) -> np.ndarray:
        """`rendered` is the supersampled uint8 picture; the result has the camera's size. before: what is before the lens."""
        rng, (width, height) = self._rng, self._size
        if not self._on:
            plain = cv2.resize(rendered, (width, height), interpolation=cv2.INTER_AREA)
            if self._air.infrared:   # nobody could tell the colours
                plain = self._air.through(plain.astype(np.float32))
            return np.clip(disturb(self._disturbance, plain, t), 0, 255).astype(np.uint8)
        if self._shake[0]:
            reach = self._shake[0] / 96 * rendered.shape[1] * (rng.random() < 0.6)
            dx, dy = reach * np.sin(t * 6.28 * self._shake[1]), reach * rng.uniform(-0.7, 0.7)
            move = np.float32([[1, 0, dx], [0, 1, dy]])
            rendered = cv2.warpAffine(rendered, move, rendered.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if self._jpeg:
            rendered = _jpeg(rendered, self._jpeg)
        plain = self._air.through(cv2.resize(rendered, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32))
        if self._lamp is not None:
            plain = plain * self._lamp
        if not self._meter:
            self._meter = self._metered(plain)
        small = disturb(self._disturbance, plain, t)
        picture = small * (self._gain * (self._meter * self._exposure(small, t))) + self._lift
        if self._cloud[0]:
            picture *= self._cloud_shadow(t)
        if self._shimmer:
            move = np.float32([[1, 0, 20 * np.sin(t * 2.1)], [0, 1, 20 * np.sin(t * 1.3 + 1)]])
            wave = cv2.warpAffine(self._waves, move, (64, 64), borderMode=cv2.BORDER_WRAP)
            wave = cv2.resize(wave, (width, height)) * self._region
            picture += (wave * self._shimmer)[..., None]
        if before is not None:
            picture = before.over(picture, t)
        size, period, phase = self._wander
        if size.any():
            picture = picture * np.float32(1 + size * np.sin(2 * np.pi * t / period + phase))
        if self._balance[0]:
            picture = picture * self._balanced(picture, t)
        if self._blur:
            picture = cv2.GaussianBlur(picture, (0, 0), self._blur * width / 96)
        if self._sharpen:
            picture = picture + self._sharpen * (picture - cv2.GaussianBlur(picture, (0, 0), 1.0))
        if self._noise or self._chroma:
            x, y = int(rng.integers(width + 1)), int(rng.integers(height + 1))
            picture = picture + self._grain[y:y + height, x:x + width]
        if self._smear:   # a camera that averages noise away, where little changes
            if self._last is not None:
                alike = np.clip(1.5 - np.abs(cv2.blur(picture - self._last, (3, 3))).max(-1, keepdims=True) / 12, 0, 1) * self._smear
                picture = picture + alike * (self._last - picture)
            self._last = picture
        return np.clip(picture, 0, 255).astype(np.uint8)

    def _balanced(self, picture: np.ndarray, t: float) -> np.ndarray:
        """A white balance that follows what is in the picture, too late. RGB multiplier."""
        strength, lag = self._balance
        means = np.log(picture[::4, ::4].mean((0, 1)).clip(1) / max(float(picture[::4, ::4].mean()), 1.0)).astype(np.float32)
        if not self._cast.any():
            self._cast = self._cast_now = means
        self._cast_now = self._cast_now + (means - self._cast_now) * (1 - np.exp(-0.25 / lag))
        return np.exp(strength * (self._cast - self._cast_now))

    def _metered(self, first: np.ndarray) -> np.float32:
        """The gain that brings the mean of the first picture, with all lights on, to where a camera would have it."""
        mean = float((first * self._gain).mean())
        low, high = NIGHT if self._air.night else (self._aim, self._aim) if self._aim else (DARKEST, BRIGHTEST)
        return np.float32(np.clip(mean, max(low - self._lift, 4.0), max(high - self._lift, 8.0)) / max(mean, 1.0))

    def _exposure(self, small: np.ndarray, t: float) -> np.float32:
        strength, lag = self._auto
        some = small[::4, ::4]
        mean = float(np.sqrt(np.square(some, dtype=np.float32).mean()) if self._by_highlights else some.mean()) + 8.0
        if not self._reference:
            self._reference = mean
        if strength:
            wanted = (self._reference / mean) ** (2.0 * strength)
            blend = 1 - np.exp(-max(t - self._last_time, 0.0) / lag)
            self._gain_state += (float(np.clip(wanted, 0.35, 2.2)) - self._gain_state) * blend
        self._last_time = t
        size, period, phase = self._drift
        wobble = 1 + size * np.sin(2 * np.pi * t / period + phase) + self._flicker * self._rng.normal()
        stops, since, takes = self._step
        step = 2 ** (stops * (1 - np.exp(-max(t - since, 0.0) / takes)))   # slower than any lamp: nothing to be told
        for dip in self._dips:
            step *= dip.at(t)
        step = np.clip(step, *STEPS)
        return np.float32(self._gain_state * wobble * step)

    def _cloud_shadow(self, t: float) -> np.ndarray:
        strength, wind = self._cloud
        move = np.float32([[1, 0, 64 * wind[0] * t], [0, 1, 64 * wind[1] * t]])
        moved = cv2.warpAffine(self._clouds, move, (64, 64), borderMode=cv2.BORDER_REFLECT)
        shade = 1 - strength * np.clip(moved + 0.3, 0, 1.2)
        return cv2.resize(shade, self._size)[..., None]
