"""What is between a scene and the sensor, and which colours can be told through it: haze, faded and tinted light, infrared."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .colours import ACHROMATIC, LUMA, SHADES

LIT = 0.85
"""Of a mover's paint, what its sides show of it on the whole."""
LEAST_CHROMA = 24.0
"""Between the strongest and the weakest channel, of 255: with less, a person cannot say the colour."""
DARK = 96.0
"""Luma, of 255: what is darker is called dark where no colour can be told, the rest light."""


@dataclass(frozen=True)
class Air:
    infrared: bool
    night: bool
    weights: np.ndarray       # of red, green and blue in what an infrared sensor sees
    saturation: float         # 1: as painted
    haze: float               # share of the picture that is veil
    veil: np.ndarray          # RGB
    tint: np.ndarray          # RGB multiplier: a white balance that is off

    def through(self, picture: np.ndarray) -> np.ndarray:
        """RGB [...,3] (float, 0..255) as it arrives."""
        if self.infrared:
            return np.repeat((picture @ self.weights)[..., None], 3, -1)
        if self is CLEAR:
            return picture
        grey = (picture @ LUMA)[..., None]
        faded = grey + (picture - grey) * self.saturation
        return (faded * (1 - self.haze) + self.veil * self.haze) * self.tint

    def named(self, name: str, rgb: np.ndarray) -> str:
        """The colour of a mover of this name and paint, or a shade where nobody could tell a colour."""
        seen = self.through(np.asarray(rgb, np.float32) * LIT)
        shade = SHADES[int(seen @ LUMA >= DARK)]
        if self.infrared:
            return shade
        return shade if name not in ACHROMATIC and seen.max() - seen.min() < LEAST_CHROMA else name


CLEAR = Air(False, False, LUMA, 1.0, 0.0, np.zeros(3, np.float32), np.ones(3, np.float32))


def choose(rng: np.random.Generator) -> Air:
    """A third of the clips is in clear light; the rest is faded, hazy, tinted, dark or infrared."""
    kind = str(rng.choice(["clear", "faded", "night", "infrared"], p=[0.35, 0.45, 0.09, 0.11]))
    if kind == "clear":
        return CLEAR
    if kind == "infrared":
        weights = rng.dirichlet((4, 3, 3)).astype(np.float32)
        return Air(True, True, weights, 0.0, 0.0, np.zeros(3, np.float32), np.ones(3, np.float32))
    tint = np.exp(rng.normal(0, 0.065, 3))
    if kind == "night":   # lamps are warm, and little light leaves little colour
        tint = tint * np.array([1.12, 1.0, 0.82]) ** rng.uniform(0, 1.6)
    haze = rng.uniform(0, 0.5) if rng.random() < 0.6 else 0.0
    veil = np.clip(rng.uniform(90, 215) + rng.normal(0, 14, 3), 0, 255) * (0.3 if kind == "night" else 1.0)
    return Air(False, kind == "night", LUMA, rng.uniform(0.25, 1.15), haze, veil.astype(np.float32), (tint / tint.mean()).astype(np.float32))
