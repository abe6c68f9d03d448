"""What arrives of a clip that a camera sends as H.264: compressed as it would, then scaled as the service does."""
from __future__ import annotations

import subprocess

import numpy as np

from network.config import Config
from world import Clip, Plan, render_plan

WIDTH, HEIGHT = 256, 144
"""px; of the picture that is sent."""
QUALITIES = 20, 33
"""Constant rate factors of x264, best to worst."""
SECONDS_APART = (2, 10, 60)
"""Between key frames."""
SENT = 0.5
"""Share of the clips for training."""


def ffmpeg(arguments: list[str], given: bytes) -> bytes:
    return subprocess.run(["ffmpeg", "-v", "error", "-threads", "1", *arguments, "-"], input=given, stdout=subprocess.PIPE, check=True).stdout


def send(frames: np.ndarray, fps: float, quality: int, seconds_apart: int, pixels: int) -> np.ndarray:
    """u8 [T,H,W,3] -> [T,pixels,pixels,3]."""
    count, height, width, _ = frames.shape
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24"]
    sent = ffmpeg([*raw, "-s", f"{width}x{height}", "-r", str(fps), "-i", "-", "-c:v", "libx264", "-threads", "1", "-preset", "veryfast",
                   "-crf", str(quality), "-g", str(round(seconds_apart * fps)), "-pix_fmt", "yuv420p", "-f", "matroska"], frames.tobytes())
    come = ffmpeg(["-i", "-", "-vf", f"scale={pixels}:{pixels}:flags=area", *raw], sent)
    return np.frombuffer(come, np.uint8).reshape(count, pixels, pixels, 3)


def taken(plan: Plan, config: Config) -> Clip:
    """The clip of a plan for the network: half of them as they come over a wire."""
    rng = np.random.default_rng([plan.seed, 6])
    over_a_wire = rng.random() < SENT
    width, height = (WIDTH, HEIGHT) if over_a_wire else (config.pixels, config.pixels)
    clip = render_plan(plan, config.fps, width, height)
    if over_a_wire:
        clip.frames = send(clip.frames, config.fps, int(rng.integers(*QUALITIES)), int(rng.choice(SECONDS_APART)), config.pixels)
    return clip
