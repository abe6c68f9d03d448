"""What differs from the standing picture: patches, frame by frame, and the ways of those that go somewhere."""
from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from .footage import Footage, middle

LEAST, SURE = 16.0, 4.0
"""A pixel differs by more than that (of 255), and by that many times its usual deviation."""
SMALLEST = 40
"""px of the larger picture."""
LOST = 2
"""Frames after which a mover that is not found again is gone."""
REACH = 0.06
"""Frame widths; how far from where it is expected a mover is looked for, and farther if it is large or fast."""
WENT, WENT_OF_SIZE = 0.03, 0.25
"""Frame widths, and shares of its own size, that a patch must go to be a mover."""


@dataclass(frozen=True)
class Patch:
    frame: int
    centre: np.ndarray    # x, y; frame widths
    size: float           # root of its area; frame widths
    box: tuple[float, float, float, float]   # x0 y0 x1 y1; shares of the picture
    pixels: np.ndarray    # where it is in the small picture, counted row by row


@dataclass
class Way:
    patches: list[Patch] = field(default_factory=list)

    @property
    def goes(self) -> bool:
        """Whether it is seen in at least three frames and gets away from where it was."""
        away = max(float(np.linalg.norm(p.centre - self.patches[0].centre)) for p in self.patches)
        return len(self.patches) >= 3 and away > max(WENT, WENT_OF_SIZE * float(np.median([p.size for p in self.patches])))

    def expected(self, frame: int) -> np.ndarray:
        last = self.patches[-1]
        if len(self.patches) < 2:
            return last.centre
        before = self.patches[-2]
        return last.centre + (last.centre - before.centre) / (last.frame - before.frame) * (frame - last.frame)

    def reach(self, frame: int) -> float:
        last = self.patches[-1]
        return REACH + 0.5 * last.size + 0.6 * float(np.linalg.norm(self.expected(frame) - last.centre))


def patches(footage: Footage) -> list[list[Patch]]:
    """Of each frame."""
    standing = middle(footage.large[::2])
    apart = np.stack([_apart(frame, cv2.convertScaleAbs(standing, alpha=gain)) for frame, gain in zip(footage.large, footage.gain)])
    limit = np.maximum(LEAST, SURE * middle(apart[::2]) + LEAST / 2)
    return [_patches(t, values > limit, footage.small.shape[1]) for t, values in enumerate(apart)]


def _apart(frame: np.ndarray, standing: np.ndarray) -> np.ndarray:
    """How far each pixel is from the standing picture, in the channel in which it is farthest."""
    red, green, blue = cv2.split(cv2.absdiff(frame, standing))
    return cv2.GaussianBlur(cv2.max(cv2.max(red, green), blue), (0, 0), 1.0)


def _patches(frame: int, differs: np.ndarray, side: int) -> list[Patch]:
    whole = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    whole = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, centres = cv2.connectedComponentsWithStats(whole)
    height, width = differs.shape
    little = cv2.resize(labels.astype(np.float32), (side, side), interpolation=cv2.INTER_NEAREST)
    found = []
    for k in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[k])
        if area >= SMALLEST:
            found.append(Patch(frame, centres[k] / width, area ** 0.5 / width, (x / width, y / height, (x + w) / width, (y + h) / height),
                               np.flatnonzero(little == k)))
    return found


def ways(by_frame: list[list[Patch]]) -> list[Way]:
    """Patches of neighbouring frames joined, the nearest first."""
    begun: list[Way] = []
    for frame, found in enumerate(by_frame):
        going = [way for way in begun if frame - way.patches[-1].frame <= LOST + 1]
        near = sorted((float(np.linalg.norm(way.expected(frame) - patch.centre)), i, j)
                      for i, way in enumerate(going) for j, patch in enumerate(found))
        joined, taken = set(), set()
        for distance, i, j in near:
            if i not in joined and j not in taken and distance < going[i].reach(frame):
                going[i].patches.append(found[j])
                joined.add(i)
                taken.add(j)
        begun += [Way([patch]) for j, patch in enumerate(found) if j not in taken]
    return begun
