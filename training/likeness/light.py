"""How the light of the whole picture changes: flicker, drifts and dips of exposure, drifts of white balance."""
from __future__ import annotations

import numpy as np

from .footage import FPS, Footage, shared_factor
from .pixels import SPREAD, cells


def light(footage: Footage) -> dict[str, list[float]]:
    gain = footage.gain
    bend = gain[1:-1] - (gain[:-2] + gain[2:]) / 2
    colour = cells(np.moveaxis(footage.small.astype(np.float32), -1, 0)).mean(-1) + 1.0
    balance = [shared_factor(colour[k] / colour[1] * 100) for k in (0, 2)]
    return {
        "flicker": [100 * SPREAD * float(np.median(np.abs(bend))) / np.sqrt(1.5)],
        "light 1 s": [_swing(gain, 1)],
        "light 10 s": [_swing(gain, 10)],
        "balance 10 s": [max(_swing(b, 10) for b in balance)],
    }


def _swing(factor: np.ndarray, seconds: float) -> float:
    """Largest over smallest factor within so many seconds, in percent; a single odd frame does not count."""
    calm = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(factor, 1, mode="edge"), 3), axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(calm, min(round(seconds * FPS) + 1, len(calm)))
    return 100 * float((windows.max(1) / np.maximum(windows.min(1), 1e-3)).max() - 1)
