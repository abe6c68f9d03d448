"""What a cheap fixed camera does to the picture; none of it is an event."""
from __future__ import annotations

import cv2
import numpy as np

from .disturbances import Disturbance, disturb
from .noise import fractal

DARKEST, BRIGHTEST = 55.0, 185.0
"""Means of a picture as cameras expose it; of 255."""


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


class Camera:
    """Effects drawn once per clip; `shoot` turns one rendered frame into one delivered frame."""

    def __init__(self, rng: np.random.Generator, width: int, height: int, seconds: float, enabled: bool, disturbance: Disturbance | None = None) -> None:
        self._rng, self._size = rng, (width, height)
        self._on, self._disturbance = enabled, disturbance
        self._gain_state, self._last_time, self._reference = 1.0, 0.0, 0.0

        def maybe(chance: float, low: float, high: float) -> float:
            hit, value = rng.random() < chance, rng.uniform(low, high)
            return float(value) if hit else 0.0

        self._drift = maybe(0.4, 0.03, 0.18), rng.uniform(6, 40), rng.uniform(0, 6.3)
        self._auto = maybe(0.5, 0.3, 1.6), rng.uniform(0.2, 2.5)
        self._flicker = maybe(0.15, 0.01, 0.05)
        self._noise = maybe(0.85, 0.6, 5.0) * rng.uniform(0.3, 1.0)
        self._chroma = maybe(0.6, 0.3, 3.0)
        self._blur = maybe(0.5, 0.3, 0.9)
        self._shake = maybe(0.2, 0.1, 0.8), rng.uniform(0.4, 2.0)
        self._jpeg = int(rng.integers(15, 91)) if rng.random() < 0.6 else 0
        self._cloud = maybe(0.15, 0.1, 0.35), rng.uniform(-0.06, 0.06, 2)
        self._shimmer = maybe(0.18, 3.0, 12.0)
        self._gain, self._lift = self._tone(rng, maybe)
        self._meter = 0.0
        clouds = fractal(rng, 64, 0.5, 2)
        self._clouds = cv2.GaussianBlur(clouds, (0, 0), 3)
        self._waves = fractal(rng, 64, 0.9, 8)
        spot, reach = rng.uniform(0, 1, 2), rng.uniform(0.1, 0.3)
        xs, ys = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
        self._region = np.exp(-((xs - spot[0]) ** 2 + (ys - spot[1]) ** 2) / (2 * (reach / 2) ** 2))
        self._grain = rng.standard_normal((height * 2, width * 2, 1), dtype=np.float32) * self._noise \
            + rng.standard_normal((height * 2, width * 2, 3), dtype=np.float32) * self._chroma
        self._repeat = maybe(0.2, 0.02, 0.15)
        self._jitter = maybe(0.4, 0.005, 0.02)
        self._step = maybe(0.25, -1.5, 1.5), rng.uniform(2, max(seconds, 3)), rng.uniform(0.7, 2.5)

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

    def moments(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """When each frame is really taken, and which frames repeat the one before."""
        repeated = np.zeros(len(times), bool)
        if not self._on:
            return times, repeated
        repeated[1:] = self._rng.random(len(times) - 1) < self._repeat
        taken = np.maximum(times + self._rng.uniform(-1, 1, len(times)) * self._jitter, 0)
        return taken, repeated

    def shoot(self, rendered: np.ndarray, t: float) -> np.ndarray:
        """`rendered` is the supersampled uint8 picture; the result has the camera's size."""
        rng, (width, height) = self._rng, self._size
        if not self._on:
            plain = cv2.resize(rendered, (width, height), interpolation=cv2.INTER_AREA)
            return np.clip(disturb(self._disturbance, plain, t), 0, 255).astype(np.uint8)
        if self._shake[0]:
            reach = self._shake[0] / 96 * rendered.shape[1] * (rng.random() < 0.6)
            dx, dy = reach * np.sin(t * 6.28 * self._shake[1]), reach * rng.uniform(-0.7, 0.7)
            move = np.float32([[1, 0, dx], [0, 1, dy]])
            rendered = cv2.warpAffine(rendered, move, rendered.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if self._jpeg:
            rendered = _jpeg(rendered, self._jpeg)
        plain = cv2.resize(rendered, (width, height), interpolation=cv2.INTER_AREA)
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
        if self._blur:
            picture = cv2.GaussianBlur(picture, (0, 0), self._blur * width / 96)
        if self._noise or self._chroma:
            x, y = int(rng.integers(width + 1)), int(rng.integers(height + 1))
            picture += self._grain[y:y + height, x:x + width]
        return np.clip(picture, 0, 255).astype(np.uint8)

    def _metered(self, first: np.ndarray) -> np.float32:
        """The gain that brings the mean of the first picture, with all lights on, to where a camera would have it."""
        mean = float((first * self._gain).mean())
        return np.float32(np.clip(mean, DARKEST - self._lift, BRIGHTEST - self._lift) / max(mean, 1.0))

    def _exposure(self, small: np.ndarray, t: float) -> np.float32:
        strength, lag = self._auto
        mean = float(small[::4, ::4].mean()) + 8.0
        if not self._reference:
            self._reference = mean
        if strength:
            wanted = (self._reference / mean) ** (2.0 * strength)
            blend = 1 - np.exp(-max(t - self._last_time, 0.0) / lag)
            self._gain_state += (float(np.clip(wanted, 0.45, 1.8)) - self._gain_state) * blend
        self._last_time = t
        size, period, phase = self._drift
        wobble = 1 + size * np.sin(2 * np.pi * t / period + phase) + self._flicker * self._rng.normal()
        stops, since, takes = self._step
        step = 2 ** (stops * (1 - np.exp(-max(t - since, 0.0) / takes)))   # slower than any lamp: nothing to be told
        return np.float32(self._gain_state * wobble * step)

    def _cloud_shadow(self, t: float) -> np.ndarray:
        strength, wind = self._cloud
        move = np.float32([[1, 0, 64 * wind[0] * t], [0, 1, 64 * wind[1] * t]])
        moved = cv2.warpAffine(self._clouds, move, (64, 64), borderMode=cv2.BORDER_REFLECT)
        shade = 1 - strength * np.clip(moved + 0.3, 0, 1.2)
        return cv2.resize(shade, self._size)[..., None]
