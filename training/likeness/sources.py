"""Where footage comes from: real video, and the rendered world."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from network.config import Config
from stages.codec import RAW, ffmpeg, taken
from world import plan_clip, render_plan

from .footage import FPS, Footage

WIDE = 512
"""px; width of the larger picture, in which far movers still have a size."""


def of_video(path: Path, seconds: float) -> list[Footage]:
    """A video as stretches of the same length, evenly spread over it; the last ones may overlap."""
    pixels = Config().pixels
    small = _decoded(path, pixels, pixels)
    # An even height of its own choice: what ffmpeg sends says how many rows that is.
    large = _decoded(path, WIDE, -2, len(small))
    length = min(round(seconds * FPS), len(small))
    starts = np.linspace(0, len(small) - length, -(-len(small) // length)).astype(int)
    return [Footage(small[start:start + length], large[start:start + length]) for start in starts]


def of_world(seed: int, seconds: float) -> Footage:
    """A clip of the world, without lights that go out and cameras that are moved.

    The larger picture is without what a camera does to it, which costs more than all the rest; sizes and ways are the same.
    """
    plan = plan_clip(seed, seconds, disturbed=0.0)
    large = render_plan(plan, FPS, WIDE, round(WIDE / plan.scene.stage.view.aspect), effects=False)
    return Footage(taken(plan, Config()).frames, large.frames)


def _decoded(path: Path, width: int, height: int, frames: int | None = None) -> np.ndarray:
    raw = np.frombuffer(ffmpeg("-i", str(path), "-vf", f"fps={FPS}:eof_action=pass,scale={width}:{height}:flags=area", *RAW, "-"), np.uint8)
    return raw.reshape(frames or -1, len(raw) // (frames * width * 3) if frames else height, width, 3)
