"""What happens to the whole picture: the lights change, the camera is moved, its lens is covered."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Disturbance:
    """verb: `lights off`, `lights on`, `camera moves`, `camera covered` (until it is free again at `until`)."""
    verb: str
    t: float
    until: float
    strength: float                  # share of the light that is left; share of the lens that is covered
    shift: tuple[float, float]       # of the picture, in frame widths and heights
    rgb: np.ndarray                  # what covers the lens
    ramp: float                      # s

    @property
    def moves(self) -> bool:
        return self.verb == "camera moves"


CHANCE = 0.16
"""Of a clip to be disturbed."""


def choose(rng: np.random.Generator, seconds: float, chance: float = CHANCE) -> Disturbance | None:
    """Mostly none."""
    if rng.random() > chance:
        return None
    verb = str(rng.choice(["lights off", "lights on", "camera moves", "camera covered"], p=[0.27, 0.23, 0.3, 0.2]))
    t = rng.uniform(3, max(seconds - 4, 4))
    shift = rng.uniform(0.06, 0.3, 2) * rng.choice([-1, 1], 2) * ((1, 0.4) if rng.random() < 0.6 else (0.4, 1))
    until = t + rng.uniform(1.5, 8) if verb == "camera covered" or rng.random() < 0.5 else seconds + 10
    return Disturbance(verb, t, until, rng.uniform(0.2, 0.5) if "lights" in verb else rng.uniform(0.9, 1.0),
                       (float(shift[0]), float(shift[1])), rng.uniform(0, 90, 3).astype(np.float32) * rng.uniform(0.2, 1.0), rng.uniform(0.05, 0.5))


def share(d: Disturbance, t: float) -> float:
    """How far it has come at second t, 0..1."""
    return float(np.clip((t - d.t) / d.ramp, 0, 1) * (1 - np.clip((t - d.until) / d.ramp, 0, 1)))


def disturb(d: Disturbance | None, picture: np.ndarray, t: float) -> np.ndarray:
    """The picture [H,W,3] (float, 0..255) as it is at second t."""
    if d is None or d.moves:
        return picture
    far = share(d, t)
    if d.verb == "camera covered":
        return picture * (1 - far * d.strength) + d.rgb * far * d.strength
    return picture * np.float32(1 - (1 - d.strength) * (far if d.verb == "lights off" else 1 - far))


def changes(d: Disturbance | None, seconds: float) -> list[tuple[float, str]]:
    """(second, verb) of what is to be told of it."""
    if d is None:
        return []
    found = [(d.t, d.verb)]
    if d.until < seconds:
        back = {"lights off": "lights on", "lights on": "lights off", "camera covered": "camera free", "camera moves": "camera moves"}
        found.append((d.until, back[d.verb]))
    return found
