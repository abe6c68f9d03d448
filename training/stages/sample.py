"""Renders the sample page's clip from the world: `python -m stages.sample` writes ../client/sample/street.mp4."""
from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import numpy as np

from world import render_clip

OUT = Path(__file__).parents[2] / "client/sample/street.mp4"


def encode(frames: np.ndarray, fps: float, path: Path) -> None:
    """Writes frames [T,H,W,3] as H.264."""
    _, height, width, _ = frames.shape
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps), "-i", "-",
         "-c:v", "libx264", "-preset", "slow", "-crf", "30", "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)],
        input=frames.tobytes(), check=True)


def repeat(path: Path, times: int) -> None:
    """Makes a video play so often."""
    once = path.with_suffix(".once.mp4")
    path.rename(once)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", str(times - 1), "-i", str(once), "-c", "copy", "-movflags", "+faststart", str(path)],
                   check=True)
    once.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=6039)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    width, height, fps = 640, 360, 12.5
    clip = render_clip(args.seed, seconds=args.seconds, fps=fps, width=width, height=height)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    encode(clip.frames, fps, args.out)
    for event in clip.events:
        print(f"{event.t:6.1f} s  {event.colour} {event.kind} {event.verb} {event.place or ''}")
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
