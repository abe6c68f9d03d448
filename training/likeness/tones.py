"""The standing picture: its brightness, contrast, colours and sharpness."""
from __future__ import annotations

import numpy as np

from .footage import Footage
from .pixels import cells, lab, luma

WHITE, BLACK = 250, 5
"""From and up to which a pixel counts as clipped."""


def tones(footage: Footage) -> dict[str, list[float]]:
    standing = footage.standing
    bright = luma(standing)
    low, middle, high = np.quantile(bright, (0.05, 0.5, 0.95))
    local = cells(bright).std(-1)
    colour = lab(standing)
    chroma = np.linalg.norm(colour[..., 1:], axis=-1)
    red, yellow = colour[..., 1:].mean((0, 1))
    half, fine = np.mean([_spectrum(bright), _spectrum(bright.T)], axis=0)
    return {
        "luma 5 %": [low], "luma 50 %": [middle], "luma 95 %": [high], "luma range": [high - low],
        "local contrast": [np.median(local)], "local contrast, high": [np.quantile(local, 0.9)],
        "white": [100 * (standing.max(-1) >= WHITE).mean()], "black": [100 * (bright <= BLACK).mean()],
        "chroma": [np.median(chroma)], "chroma, high": [np.quantile(chroma, 0.95)],
        "cast": [float(np.hypot(red, yellow))], "cast, red": [red], "cast, yellow": [yellow],
        "detail": [100 * half], "fine detail": [100 * fine],
    }


def _spectrum(bright: np.ndarray) -> tuple[float, float]:
    """Shares of the power of brightness gradients along the rows: around half of the finest frequency, and from three quarters on."""
    gradient = np.diff(bright, axis=1)
    power = (np.abs(np.fft.rfft(gradient * np.hanning(gradient.shape[1]), axis=1)) ** 2).mean(0)
    frequency = np.linspace(0, 1, len(power))
    total = max(power.sum(), 1e-6)
    return float(power[(frequency > 0.4) & (frequency < 0.6)].sum() / total), float(power[frequency >= 0.75].sum() / total)
