"""Fractal noise at any resolution."""
from __future__ import annotations

import cv2
import numpy as np


def fractal(rng: np.random.Generator, size: int = 256, roughness: float = 0.6, first: int = 3) -> np.ndarray:
    """Multi-octave noise [size,size], zero mean, unit deviation."""
    total = np.zeros((size, size), np.float32)
    cells, weight = first, 1.0
    while cells <= size:
        grid = rng.standard_normal((cells, cells), dtype=np.float32)
        total += weight * cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
        cells, weight = cells * 2, weight * roughness
    return (total - total.mean()) / (total.std() + 1e-6)


def sample(tile: np.ndarray, x: np.ndarray, y: np.ndarray, scale: float) -> np.ndarray:
    """Look the tile up at coordinates (in units of `scale` per tile), mirrored endlessly."""
    size = tile.shape[0]
    u = np.abs((x / scale + 0.37) % 2.0 - 1.0) * (size - 1)
    v = np.abs((y / scale + 0.61) % 2.0 - 1.0) * (size - 1)
    return cv2.remap(tile, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR)
