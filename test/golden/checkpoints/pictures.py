"""Pictures by a formula of whole numbers, so that Python and TypeScript make the same bytes (`pictures.ts`)."""

import numpy as np


def picture(frame: int, width: int, height: int) -> np.ndarray:
    """One frame: `[height, width, 3]` bytes with slopes, edges and fine texture."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    edges = (((x >> 2) ^ (y >> 2)) & 1) * 90
    texture = ((x * y * (3 + c)) >> 4) * 5
    return ((x * 11 + y * 7 * (c + 1) + frame * 37 + texture + edges) & 255).astype(np.uint8)


def frames(first: int, count: int, width: int, height: int) -> np.ndarray:
    """`[count, height, width, 3]` bytes."""
    return np.stack([picture(first + i, width, height) for i in range(count)])
