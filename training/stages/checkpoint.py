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
    """Takes over what an earlier network has, as far as its first rows go.

    A wider network does at first what the narrower one did: what was there before reads nothing of what is new.
    """
    own = module.state_dict()
    for name, value in state.items():
        if name not in own or own[name].ndim != value.ndim or value.ndim == 0 or own[name].shape[2:] != value.shape[2:]:
            continue
        rows = min(len(own[name]), len(value))
        if value.ndim > 1:
            columns = min(own[name].shape[1], value.shape[1])
            own[name][:rows] = 0
            own[name][:rows, :columns] = value[:rows, :columns]
        else:
            own[name][:rows] = value[:rows]


def load(path: Path) -> dict[str, Any] | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None


def precision() -> torch.dtype:
    """bfloat16 where the processor multiplies it: half the time of a step there."""
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32


def mixed_precision(device: str = "cpu") -> torch.autocast:
    """Products in that precision; what is learned stays in float32."""
    return torch.autocast(device, torch.bfloat16, enabled=device != "cpu" or precision() == torch.bfloat16)


def rate(step: int, steps: int, peak: float, warm: int = 100) -> float:
    """Learning rate: linear warm-up, then a cosine down to a twentieth."""
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm)))))
