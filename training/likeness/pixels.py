"""Brightness, colour and cells of pictures, as all measures take them."""
from __future__ import annotations

import cv2
import numpy as np

SIDE = 8
"""px; of a cell."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
SPREAD = 1.4826
"""Median absolute deviation to standard deviation, of a normal distribution."""


def luma(frames: np.ndarray) -> np.ndarray:
    return frames.astype(np.float32) @ LUMA


def blue_and_red(frames: np.ndarray, brightness: np.ndarray) -> np.ndarray:
    """The two colour differences of video (Cb and Cr), [2, ...]."""
    return np.stack([(frames[..., 2] - brightness) * 0.564, (frames[..., 0] - brightness) * 0.713])


def lab(pictures: np.ndarray) -> np.ndarray:
    """CIE Lab of RGB [N,M,3], 0..255."""
    return cv2.cvtColor(np.ascontiguousarray(pictures, np.float32) / 255, cv2.COLOR_RGB2LAB)


def cells(values: np.ndarray) -> np.ndarray:
    """[..., H, W] -> [..., rows, columns, pixels of a cell]."""
    *rest, height, width = values.shape
    apart = values.reshape(*rest, height // SIDE, SIDE, width // SIDE, SIDE)
    return np.moveaxis(apart, -3, -2).reshape(*rest, height // SIDE, width // SIDE, SIDE * SIDE)


def over_cells(values: np.ndarray) -> np.ndarray:
    """A value a cell -> the same at each of its pixels."""
    return values.repeat(SIDE, -2).repeat(SIDE, -1)
