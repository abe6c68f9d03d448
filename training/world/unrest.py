"""What changes in the standing picture and is no mover: foliage and curtains that sway, screens, light that sweeps."""
from __future__ import annotations

import cv2
import numpy as np

from .air import Air
from .noise import fractal


class Unrest:
    """Drawn once per clip; `at` is the standing picture of one moment."""

    def __init__(self, rng: np.random.Generator, air: Air, width: int, height: int, enabled: bool) -> None:
        dice = np.random.default_rng(int(rng.integers(2**31)))
        self._size = width, height
        self._sways = [_Sway(dice, width, height) for _ in range(int(dice.integers(1, 4)))] if enabled and dice.random() < 0.22 else []
        self._screen = _Screen(dice) if enabled and dice.random() < 0.04 else None
        self._beams = [_Beam(dice) for _ in range(int(dice.integers(1, 4)))] if enabled and dice.random() < (0.35 if air.night else 0.03) else []
        if self._sways:
            self._x, self._y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))

    @property
    def none(self) -> bool:
        return not (self._sways or self._screen or self._beams)

    def at(self, standing: np.ndarray, t: float) -> np.ndarray:
        """uint8 [H,W,3] -> the same at second t."""
        if self._screen is not None:
            standing = self._screen.on(standing, t)
        if self._sways:
            shift = sum(sway.shift(t) for sway in self._sways)
            standing = cv2.remap(standing, self._x + shift[0], self._y + shift[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        for beam in self._beams:
            standing = beam.on(standing, t)
        return standing


class _Sway:
    """Leaves or cloth: a region that is pushed to and fro by gusts."""

    def __init__(self, rng: np.random.Generator, width: int, height: int) -> None:
        xs, ys = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
        spot, reach = rng.uniform(0, 1, 2), rng.uniform(0.06, 0.3, 2)
        far = ((xs - spot[0]) / reach[0]) ** 2 + ((ys - spot[1]) / reach[1]) ** 2
        self._mask = np.clip(1.5 - far, 0, 1)
        grain = cv2.resize(fractal(rng, 64, 0.7, 6), (width, height), interpolation=cv2.INTER_LINEAR)
        self._phase = grain * rng.uniform(0.3, 2.0)
        self._reach = np.array([1, rng.uniform(0.1, 0.8)], np.float32) * np.float32(rng.uniform(0.004, 0.03) * width)
        self._pace, self._gust, self._late = rng.uniform(0.3, 1.6), rng.uniform(0.03, 0.2), rng.uniform(0, 6.3)

    def shift(self, t: float) -> np.ndarray:
        """Of where each pixel comes from (px). [2,H,W]."""
        strength = 0.35 + 0.65 * max(0.0, np.sin(6.28 * self._gust * t + self._late))
        wave = (np.sin(6.28 * self._pace * t + self._phase) * self._mask * strength).astype(np.float32)
        return np.stack([wave * self._reach[0], np.roll(wave, 7, 0) * self._reach[1]])


class _Screen:
    """A screen that stands in the scene and shows something else every so often."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._seed, self._lasts = int(rng.integers(2**31)), rng.uniform(0.3, 4.0)
        x, y, w, h = rng.uniform(0.05, 0.75), rng.uniform(0.05, 0.6), rng.uniform(0.08, 0.22), rng.uniform(0.08, 0.2)
        self._box = x, y, x + w, y + h

    def on(self, standing: np.ndarray, t: float) -> np.ndarray:
        rng = np.random.default_rng([self._seed, int(t / self._lasts)])
        height, width = standing.shape[:2]
        x0, y0, x1, y1 = (round(v * s) for v, s in zip(self._box, (width, height, width, height)))
        shown = rng.uniform(20, 235, (3, 4, 3)).astype(np.float32)
        out = standing.copy()
        out[y0:y1, x0:x1] = cv2.resize(shown, (x1 - x0, y1 - y0), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)
        return out


class _Beam:
    """Headlights or a torch of somebody out of the picture: a pool of light that goes over the ground."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._from, self._to = rng.uniform(-0.3, 1.3, 2), rng.uniform(-0.3, 1.3, 2)
        self._begins, self._takes = rng.uniform(0, 30), rng.uniform(1.5, 8)
        self._reach, self._gain = rng.uniform(0.08, 0.4, 2), rng.uniform(0.3, 1.8)

    def on(self, standing: np.ndarray, t: float) -> np.ndarray:
        far = (t - self._begins) / self._takes
        if not 0 < far < 1:
            return standing
        height, width = standing.shape[:2]
        spot = self._from + (self._to - self._from) * far
        xs = np.exp(-((np.linspace(0, 1, width, dtype=np.float32) - spot[0]) / self._reach[0]) ** 2)
        ys = np.exp(-((np.linspace(0, 1, height, dtype=np.float32) - spot[1]) / self._reach[1]) ** 2)
        strength = self._gain * np.sin(np.pi * far)
        lit = 1 + np.float32(strength) * (ys[:, None] * xs)
        return np.clip(standing * lit[..., None], 0, 255).astype(np.uint8)
