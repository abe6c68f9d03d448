"""Movers: how large, how fast, how many, from where, and how they stand out."""
from __future__ import annotations

import numpy as np

from .footage import FPS, Footage
from .foreground import Way, patches, ways
from .pixels import lab

EDGE = 0.02
"""Shares of the picture; a box that near an edge touches it."""
FROM = ("left", "right", "top", "bottom")
STEP = 0.005
"""Frame widths from one frame to the next, from which a mover moves."""
FEWEST_PIXELS = 3
"""Of the small picture, for a mover to have a colour."""


def movers(footage: Footage) -> list[Way]:
    return [way for way in ways(patches(footage)) if way.goes]


def traffic(footage: Footage, found: list[Way]) -> dict[str, list[float]]:
    frames = len(footage.small)
    there = np.zeros(frames)
    for way in found:
        there[way.patches[0].frame:way.patches[-1].frame + 1] += 1
    told: dict[str, list[float]] = {
        "movers a minute": [len(found) / footage.minutes],
        "nobody": [100 * float((there == 0).mean())],
        "at once": there[there > 0].tolist(),
        "size": [float(np.median([p.size for p in way.patches])) for way in found],
        "in view": [(way.patches[-1].frame - way.patches[0].frame + 1) / FPS for way in found],
        "speed": [speed for way in found if (speed := _speed(way)) is not None],
    }
    came = [side for way in found if way.patches[0].frame > 0 for side in [_side(way)]]
    for side in (*FROM, "inside"):
        told[f"from {side}"] = [100.0 * (one == side) for one in came]
    for way in found:
        for name, value in _looks(footage, way).items():
            told.setdefault(name, []).append(value)
    return told


def _speed(way: Way) -> float | None:
    """Frame widths a second while it moves."""
    steps = [float(np.linalg.norm(b.centre - a.centre)) / (b.frame - a.frame) for a, b in zip(way.patches, way.patches[1:])]
    moving = [step * FPS for step in steps if step > STEP]
    return float(np.median(moving)) if moving else None


def _side(way: Way) -> str:
    """The edge that it touches when it is first seen, or `inside`."""
    x0, y0, x1, y1 = way.patches[0].box
    beyond = np.array([x0, 1 - x1, y0, 1 - y1])
    return FROM[int(beyond.argmin())] if beyond.min() < EDGE else "inside"


def _looks(footage: Footage, way: Way) -> dict[str, float]:
    """Its colour, and how far that is from what is there without it."""
    rows = []
    for patch in way.patches:
        if len(patch.pixels) >= FEWEST_PIXELS:
            own, behind = (lab(picture.reshape(-1, 3)[patch.pixels][None])[0] for picture in (footage.small[patch.frame], footage.standing))
            chroma = [float(np.median(np.linalg.norm(colour[:, 1:], axis=1))) for colour in (own, behind)]
            rows.append((chroma[0], chroma[0] - chroma[1], float(np.median(np.linalg.norm(own - behind, axis=1)))))
    if not rows:
        return {}
    return dict(zip(("mover chroma", "mover chroma, more", "mover contrast"), map(float, np.median(rows, axis=0))))
