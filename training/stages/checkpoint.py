"""Runs survive being stopped: the last state of a run is written whole, and read back at its start."""
from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch


def save(path: Path, **state: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.rename(path)


def record(folder: Path, step: int, seconds: float, **values: float) -> None:
    """Adds a line to the run's curves."""
    folder.mkdir(parents=True, exist_ok=True)
    row = {"step": step, "seconds": round(seconds, 1), **{k: round(float(v), 4) for k, v in values.items()}}
    with (folder / "curves.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    print(row, flush=True)


def start_from(module: torch.nn.Module, state: dict[str, torch.Tensor]) -> None:
    """Takes over what an earlier network has: equal shapes whole, others as far as their first rows go."""
    own = module.state_dict()
    for name, value in state.items():
        if name in own and own[name].shape == value.shape:
            own[name].copy_(value)
        elif name in own and own[name].shape[1:] == value.shape[1:]:
            rows = min(len(own[name]), len(value))
            own[name][:rows] = value[:rows]


def load(path: Path) -> dict[str, Any] | None:
    return torch.load(path, weights_only=True) if path.exists() else None


def rate(step: int, steps: int, peak: float, warm: int = 100) -> float:
    """Learning rate: linear warm-up, then a cosine down to a twentieth."""
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm)))))
