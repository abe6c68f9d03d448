"""Runs survive being stopped: the last state of a run is written whole, and read back at its start."""
from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch


def save(path: Path, **state: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.rename(path)


def load(path: Path) -> dict[str, Any] | None:
    return torch.load(path, weights_only=True) if path.exists() else None


def rate(step: int, steps: int, peak: float, warm: int = 100) -> float:
    """Learning rate: linear warm-up, then a cosine down to a twentieth."""
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm)))))
