"""What is close to the lens or written over the picture, and happens to nobody in the scene: insects, rain, snow, the camera's clock."""
from __future__ import annotations

import cv2
import numpy as np

from .air import Air

DIMMEST, BRIGHTEST = 25.0, 190.0
"""What an insect that an infrared lamp shines on adds, of 255."""


class Lens:
    """Drawn once per clip; `over` adds to one delivered frame."""

    def __init__(self, rng: np.random.Generator, air: Air, fps: float) -> None:
        self._rng, self._fps = np.random.default_rng(int(rng.integers(2**31))), fps
        dice = self._rng
        often = 0.65 if air.infrared else 0.25 if air.night else 0.06
        self._insects = float(np.exp(dice.uniform(np.log(0.15), np.log(7.0)))) if dice.random() < often else 0.0   # a second
        self._light = 1.0 if air.night else -1.0 if dice.random() < 0.7 else 1.0
        self._moths = [_Moth(dice) for _ in range(int(dice.integers(1, 4)))] if air.night and dice.random() < 0.3 else []
        falling = dice.random() < (0.14 if air.night else 0.05)
        self._drops = int(dice.integers(6, 70)) if falling else 0
        self._slant, self._length = dice.normal(0, 0.25), dice.choice([0.012, 0.06, 0.14])
        self._clock = _Clock(dice) if dice.random() < 0.3 else None

    def over(self, picture: np.ndarray, t: float) -> np.ndarray:
        """The picture [H,W,3] (float, 0..255) with what is before it at second t."""
        dice = self._rng
        layer = None
        for _ in range(dice.poisson(self._insects / self._fps)):
            layer = self._streak(_blank(picture) if layer is None else layer, dice.uniform(0, 1, 2), dice.uniform(0, np.pi),
                                 float(np.exp(dice.uniform(np.log(0.006), np.log(0.25)))), float(np.exp(dice.uniform(np.log(0.004), np.log(0.05)))))
        for moth in self._moths:
            if (at := moth.at(dice)) is not None:
                layer = self._streak(_blank(picture) if layer is None else layer, at, dice.uniform(0, np.pi), dice.uniform(0.005, 0.03), 0.012)
        if layer is not None:
            picture = picture + self._light * dice.uniform(DIMMEST, BRIGHTEST) * layer[..., None]
        if self._drops:
            rain = _blank(picture)
            for x, y in dice.uniform(-0.05, 1.05, (self._drops, 2)):
                _line(rain, (x, y), (x + self._slant * self._length, y + self._length), 1)
            picture = picture + dice.uniform(12, 45) * cv2.GaussianBlur(rain, (0, 0), 0.7)[..., None]
        return picture if self._clock is None else self._clock.over(picture, t)

    def _streak(self, layer: np.ndarray, at: np.ndarray, angle: float, length: float, width: float) -> np.ndarray:
        """Adds one that flew past while the shutter was open, out of focus."""
        one, step = _blank(layer), np.array([np.cos(angle), np.sin(angle)]) * length / 2
        _line(one, at - step, at + step, max(1, round(width * layer.shape[1])))
        one = cv2.GaussianBlur(one, (0, 0), self._rng.uniform(0.5, 2.5) * layer.shape[1] / 128)
        return np.maximum(layer, one / max(float(one.max()), 1e-3) * self._rng.uniform(0.4, 1.0))


class _Moth:
    """One that hovers about a lamp, now and then out of sight."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._home = self._place = rng.uniform(0.1, 0.9, 2)
        self._out = rng.uniform(0.1, 0.7)

    def at(self, rng: np.random.Generator) -> np.ndarray | None:
        self._place = self._home + 0.7 * (self._place - self._home) + rng.normal(0, 0.05, 2)
        return None if rng.random() < self._out else self._place


class _Clock:
    """The camera's name and time, burnt into the picture; its seconds go on."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._from, self._size = int(rng.integers(80_000)), rng.uniform(0.28, 0.5)
        self._corner = (rng.uniform(0.01, 0.1), rng.choice([rng.uniform(0.03, 0.09), rng.uniform(0.92, 0.98)]))
        self._name = (rng.uniform(0.55, 0.8), rng.uniform(0.85, 0.98)) if rng.random() < 0.5 else None
        self._shade = float(rng.choice([255, 235, 20]))

    def over(self, picture: np.ndarray, t: float) -> np.ndarray:
        now = self._from + int(t)
        text = f"28-08 {now // 3600:02}:{now // 60 % 60:02}:{now % 60:02}"
        mask = np.zeros((picture.shape[0] * 2, picture.shape[1] * 2), np.uint8)
        for words, place in ((text, self._corner), ("Camera 01", self._name)):
            if place is not None:
                spot = (round(place[0] * mask.shape[1]), round(place[1] * mask.shape[0]))
                cv2.putText(mask, words, spot, cv2.FONT_HERSHEY_SIMPLEX, self._size, 255, 1, cv2.LINE_AA)
        share = cv2.resize(mask, picture.shape[1::-1], interpolation=cv2.INTER_AREA)[..., None] / np.float32(255)
        return picture * (1 - share) + self._shade * share


def _blank(picture: np.ndarray) -> np.ndarray:
    return np.zeros(picture.shape[:2], np.float32)


def _line(layer: np.ndarray, start, end, width: int) -> None:
    height, across = layer.shape
    cv2.line(layer, (round(start[0] * across), round(start[1] * height)), (round(end[0] * across), round(end[1] * height)), 1.0, width, cv2.LINE_AA)
