"""Contact sheets and videos of clips: python -m world.preview --seed 3 --out sheet.png [--mp4 clip.mp4]"""
from __future__ import annotations

import argparse
import subprocess

import cv2
import numpy as np

from .scene import Clip, render_clip


def sheet(clip: Clip, columns: int = 16, scale: int = 1, every: int = 1) -> np.ndarray:
    """All frames in a grid; labelled cells outlined, events written under the frame they fall in."""
    rows, tiles = [], []
    step = clip.times[1] - clip.times[0]
    for t in range(0, len(clip.times), every):
        frame = clip.frames[t].repeat(scale, 0).repeat(scale, 1)
        height, width = frame.shape[:2]
        tile = np.zeros((height + 22, width + 2, 3), np.uint8)
        tile[:height, :width] = frame
        said = [event for event in clip.events if clip.times[t] <= event.t < clip.times[t] + step * every]
        for line, event in enumerate(said[:2]):
            text = f"{event.colour or ''} {(event.kind or '')[:3]} {event.verb[:9]} {(event.place or '')[:3]}"
            cv2.putText(tile, text, (1, height + 8 + 10 * line), cv2.FONT_HERSHEY_PLAIN, 0.52, (255, 230, 90), 1, cv2.LINE_AA)
        tiles.append(tile)
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    for first in range(0, len(tiles), columns):
        rows.append(np.hstack(tiles[first:first + columns]))
    return np.vstack(rows)


def write_video(clip: Clip, path: str, fps: float) -> None:
    height, width = clip.frames.shape[1:3]
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps),
               "-i", "-", "-c:v", "libx264", "-pix_fmt", "yuv420p", path]
    subprocess.run(command, input=clip.frames.tobytes(), check=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out")
    parser.add_argument("--mp4")
    parser.add_argument("--seconds", type=float, default=16.0)
    parser.add_argument("--plain", action="store_true", help="without camera effects")
    options = parser.parse_args()
    if options.out:
        clip = render_clip(options.seed, options.seconds, effects=not options.plain)
        cv2.imwrite(options.out, sheet(clip)[..., ::-1])
    if options.mp4:
        write_video(render_clip(options.seed, options.seconds, 25.0, 640, 360, not options.plain), options.mp4, 25.0)


if __name__ == "__main__":
    main()
