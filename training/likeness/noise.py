"""Noise where nothing moves: how strong, how smeared by compression, how lasting."""
from __future__ import annotations

import numpy as np

from .footage import Footage
from .pixels import blue_and_red, cells, luma, over_cells

BANDS = {"dark": (0, 64), "mid": (64, 160), "bright": (160, 256)}
FEWEST_CELLS = 4
"""Of a brightness, for it to be told."""


def changes(frames: np.ndarray) -> np.ndarray:
    """From frame to frame, less the change that most pixels share; a frame that repeats the last one is left out. [T',H,W]."""
    step = np.diff(frames, axis=0)
    step = step[np.abs(step).max((1, 2)) > 0]
    return step - np.median(step, axis=(1, 2), keepdims=True)


def strength(step: np.ndarray) -> np.ndarray:
    """Standard deviation of a pixel in each cell. The median over time is not moved by what passes."""
    return np.sqrt(np.median((cells(step) ** 2).mean(-1), axis=0) / 2)


def noise(footage: Footage) -> dict[str, list[float]]:
    bright = footage.bright
    step = changes(bright)
    if len(step) < 3:
        return {}
    level = strength(step)
    power = (cells(step) ** 2).mean(-1)
    still = over_cells(power <= 4 * 2 * level ** 2 + 0.05)
    found = {"noise": [np.median(level)], "noise at most": [np.quantile(level, 0.9)]}
    usual = cells(luma(footage.standing)).mean(-1)
    for name, (low, high) in BANDS.items():
        of_band = level[(usual >= low) & (usual < high)]
        if len(of_band) >= FEWEST_CELLS:
            found[f"noise {name}"] = [np.median(of_band)]
    colours = [changes(channel) for channel in blue_and_red(footage.small, bright)]
    if all(len(c) >= 3 for c in colours):
        found["colour noise"] = [np.sqrt(np.mean([np.median(strength(c)) ** 2 for c in colours]))]
    pulse = np.sqrt(np.median(power, axis=(1, 2)))
    if np.median(pulse) > 0.05:
        found["noise pulse"] = [np.quantile(pulse, 0.95) / np.median(pulse)]
        found["noise smear"] = [np.mean([_alike(step, still, axis) for axis in (1, 2)])]
        found["noise lasting"] = [1 + 2 * _alike(step, still, 0)]
    return found


def _alike(step: np.ndarray, still: np.ndarray, axis: int) -> float:
    """Correlation of still pixels with the next along an axis. Over time, -0.5 is noise that every frame has anew."""
    count = step.shape[axis]
    (one, quiet), (other, quiet_too) = ([np.take(values, part, axis) for values in (step, still)] for part in (range(count - 1), range(1, count)))
    both = quiet & quiet_too
    return float((one * other * both).sum() / max(((one ** 2 + other ** 2) * both).sum() / 2, 1e-6))
