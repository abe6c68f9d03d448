"""Clips as H.264, by ffmpeg: videos to keep, and what arrives of a clip that a camera sends so."""
from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from network.config import Config
from world import Clip, Plan, render_plan

WIDTH, HEIGHT = 256, 144
"""px; of the picture that is sent."""
QUALITIES = 20, 39
"""Constant rate factors of x264, best to worst."""
SECONDS_APART = (1, 2, 4, 10, 60)
"""Between key frames."""
SENT = 0.75
"""Share of the clips for training."""


RAW = ["-f", "rawvideo", "-pix_fmt", "rgb24"]
WIRE = 6
"""What a seed is drawn for here."""


def ffmpeg(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout


def compressed(frames: np.ndarray, fps: float, preset: str, quality: int, *out: str) -> bytes:
    """Frames [T,H,W,3] through x264; `out` says where to."""
    _, height, width, _ = frames.shape
    return ffmpeg(*RAW, "-s", f"{width}x{height}", "-r", str(fps), "-i", "-", "-c:v", "libx264", "-preset", preset, "-crf", str(quality),
                  "-pix_fmt", "yuv420p", *out, given=frames.tobytes())


def encode(frames: np.ndarray, fps: float, path: Path) -> None:
    """Writes frames [T,H,W,3] as a video."""
    compressed(frames, fps, "slow", 30, "-movflags", "+faststart", str(path))


def write_video(frames: Iterable[np.ndarray], width: int, height: int, fps: int, quality: int, path: Path) -> None:
    """Writes drawn frames [H,W,3] one by one, as a small video with a key frame every other second."""
    command = ["ffmpeg", "-v", "error", "-y", *RAW, "-s", f"{width}x{height}", "-r", str(fps), "-i", "-", "-c:v", "libx264", "-preset", "veryslow", "-tune", "animation",
               "-crf", str(quality), "-g", str(2 * fps), "-pix_fmt", "yuv420p", "-threads", "2", "-movflags", "+faststart", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        for frame in frames:
            process.stdin.write(frame.tobytes())
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)


def repeat(path: Path, times: int) -> None:
    """Makes a video play so often."""
    once = path.with_suffix(".once.mp4")
    path.rename(once)
    ffmpeg("-stream_loop", str(times - 1), "-i", str(once), "-c", "copy", "-movflags", "+faststart", str(path))
    once.unlink()


def send(frames: np.ndarray, fps: float, quality: int, seconds_apart: int, pixels: int) -> np.ndarray:
    """Compressed as a camera would, then scaled as the service does. u8 [T,H,W,3] -> [T,pixels,pixels,3]."""
    sent = compressed(frames, fps, "veryfast", quality, "-threads", "1", "-g", str(round(seconds_apart * fps)), "-f", "matroska", "-")
    come = ffmpeg("-threads", "1", "-i", "-", "-vf", f"scale={pixels}:{pixels}:flags=area", *RAW, "-", given=sent)
    return np.frombuffer(come, np.uint8).reshape(len(frames), pixels, pixels, 3)


def taken(plan: Plan, config: Config, plain: bool = False) -> Clip:
    """The clip of a plan for the network: most of them as they come over a wire. plain: also what a camera without faults would show."""
    rng = np.random.default_rng([plan.seed, WIRE])
    over_a_wire = rng.random() < SENT
    width, height = (WIDTH, HEIGHT) if over_a_wire else (config.pixels, config.pixels)
    clip = render_plan(plan, config.fps, width, height, plain=plain)
    if over_a_wire:
        if clip.plain is not None:
            clip.plain = np.stack([cv2.resize(frame, (config.pixels, config.pixels), interpolation=cv2.INTER_AREA) for frame in clip.plain])
        clip.frames = send(clip.frames, config.fps, int(rng.integers(*QUALITIES)), int(rng.choice(SECONDS_APART)), config.pixels)
    return clip
