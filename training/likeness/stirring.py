"""What changes and is no mover: leaves that sway, and small bright spots that come and go."""
from __future__ import annotations

import cv2
import numpy as np

from .footage import Footage, middle
from .foreground import Way
from .noise import changes, strength
from .pixels import SPREAD, cells

RECURRENT = 0.25
"""Share of the frames in which a cell must change to be swaying."""
STIRS, STIRS_LEAST = 2.0, 1.5
"""A cell changes by so many times the picture's noise, and that much more (of 255)."""
RETURNS = 8.0
"""Its brightness at the beginning and at the end differs by less (of 255): it changes without becoming another."""
SPOT, SPOT_SURE, SPOT_LEAST = 12.0, 5.0, 6.0
"""A spot is brighter than the standing picture by that much, and by that many times the usual deviation and more."""
SPOT_PIXELS = 12
"""Of the small picture, at most."""
NEAR, FRAMES = 4, 2
"""px and frames around a spot in which nothing else bright may be: it is gone or elsewhere at once."""


def _steady(footage: Footage) -> np.ndarray:
    """Brightness as it would be if the light stayed."""
    return footage.bright / footage.gain[:, None, None].astype(np.float32)


def swaying(footage: Footage) -> dict[str, list[float]]:
    bright = _steady(footage)
    step = changes(bright)
    if len(step) < 3:
        return {}
    level = float(np.median(strength(step)))
    stirred = np.abs(cells(step)).mean(-1) > STIRS * level + STIRS_LEAST
    third = max(len(bright) // 3, 1)
    mean = cells(bright).mean(-1)
    returns = np.abs(np.median(mean[:third], axis=0) - np.median(mean[-third:], axis=0)) < RETURNS
    return {"swaying": [100 * float(((stirred.mean(0) >= RECURRENT) & returns).mean())]}


def spots(footage: Footage, found: list[Way]) -> dict[str, list[float]]:
    """Small, bright and gone within half a second; not at a mover."""
    bright = _steady(footage)
    standing = middle(bright)
    usual = SPREAD * middle(np.abs(bright - standing))
    more = bright - cv2.dilate(standing, np.ones((3, 3), np.uint8))   # an edge that shakes by a pixel is no spot
    lit = more > np.maximum(SPOT, SPOT_SURE * usual + SPOT_LEAST)
    around = np.stack([cv2.dilate(picture.astype(np.uint8), np.ones((2 * NEAR + 1,) * 2, np.uint8)) for picture in lit]).astype(bool)
    taken = _movers_there(found, lit.shape)
    count = 0
    for t, picture in enumerate(lit):
        others = [around[k] for k in range(max(t - FRAMES, 0), min(t + FRAMES + 1, len(lit))) if k != t]
        free = ~np.any(others, axis=0) & ~taken[t]
        number, labels, stats, _ = cv2.connectedComponentsWithStats(picture.astype(np.uint8))
        count += sum(1 for k in range(1, number) if 2 <= stats[k, cv2.CC_STAT_AREA] <= SPOT_PIXELS and free[labels == k].all())
    return {"spots a minute": [count / footage.minutes]}


def _movers_there(found: list[Way], shape: tuple[int, int, int]) -> np.ndarray:
    _, height, width = shape
    taken = np.zeros(shape, bool)
    for way in found:
        for patch in way.patches:
            x0, y0, x1, y1 = patch.box
            rows = slice(max(int(y0 * height) - NEAR, 0), int(y1 * height) + NEAR + 1)
            columns = slice(max(int(x0 * width) - NEAR, 0), int(x1 * width) + NEAR + 1)
            taken[max(patch.frame - 1, 0):patch.frame + 2, rows, columns] = True
    return taken
