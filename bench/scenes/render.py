"""Renders clips for the scene monitor: python bench/scenes/render.py FOLDER --domain 7500000 300 --other 200 20

`--domain SEED N`: N clips of the world that the model was trained on. `--other SEED N`: N of each kind that is not, and
of four that are and are hard. A clip is KIND.SEED.rgb: 24 s of 128x128 RGB frames, four a second. Needs training's
requirements.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "training"))
from world import render_clip  # noqa: E402

SIDE, FPS, FRAMES = 128, 4, 96
TOP = SIDE * 14 // 96
"""Of the lorry (px)."""
SECONDS = np.arange(FRAMES) / FPS
WORDS = ("the a of system report value camera street meeting user file save open total net cost 2024 12:30 figure note item list "
         "error code run test build").split()
GENERATED = {
    "testsrc": ["testsrc=size=640x360:rate=25", "testsrc2=size=640x360:rate=25", "smptehdbars=size=640x360", "rgbtestsrc=size=640x360"],
    "mandelbrot": ["mandelbrot=size=640x360:rate=25:start_x=-0.7436:start_y=-0.1318:start_scale=2"],
    "life": ["life=size=320x180:rate=25:mold=10:ratio=0.3:seed=6:life_color=#C83232:mold_color=#00ff00", "life=size=96x96:rate=10:seed=8"],
    "cellauto": ["cellauto=size=320x180:rate=25:seed=4:rule=110", "cellauto=size=320x240:rate=25:rule=30:seed=5"],
    "gradients": ["gradients=size=640x360:rate=25:seed=4:speed=0.05"],
}


def clip(seed: int, seconds: float) -> np.ndarray:
    return render_clip(seed, seconds, FPS, SIDE, SIDE).frames


def jpeg(frames: np.ndarray, quality: int) -> np.ndarray:
    return np.stack([cv2.imdecode(cv2.imencode(".jpg", frame, [1, quality])[1], 1) for frame in frames])


def degrade(rng: np.random.Generator, frames: np.ndarray) -> np.ndarray:
    """What a cheap camera adds: noise and, in half of the clips, JPEG."""
    noise = rng.uniform(0, 4)
    frames = np.clip(frames.astype(np.float32) + rng.normal(0, 1, frames.shape) * noise, 0, 255).astype(np.uint8)
    return jpeg(frames, int(rng.integers(40, 92))) if rng.random() < 0.5 else frames


def smooth_walk(rng: np.random.Generator, tau: float) -> np.ndarray:
    """[T,3], of unit variance, forgetting with a time constant (s)."""
    walk, steps, keep = np.zeros((FRAMES, 3)), rng.normal(size=(FRAMES, 3)), np.exp(-1 / FPS / tau)
    for t in range(1, FRAMES):
        walk[t] = keep * walk[t - 1] + np.sqrt(1 - keep * keep) * steps[t]
    return walk


def through(large: np.ndarray, dx, dy, zoom, turn) -> np.ndarray:
    """A camera that moves over a large clip: offsets and window in heights of it, turn in degrees."""
    height, width = large.shape[1:3]
    out = []
    for t in range(len(large)):
        x, y = width / 2 + dx[t] * height, height / 2 + dy[t] * height
        move = cv2.getRotationMatrix2D((x, y), turn[t], SIDE / (zoom[t] * height))
        move[0, 2] += SIDE / 2 - x
        move[1, 2] += SIDE / 2 - y
        out.append(cv2.warpAffine(large[t], move, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
    return np.stack(out)


def large_clip(seed: int) -> np.ndarray:
    frames = render_clip(seed, 24.0, 4.0, 288, 288, effects=False).frames
    return np.stack([cv2.GaussianBlur(frame, (0, 0), 1.0) for frame in frames])


def generated(source: str) -> np.ndarray:
    """What one of ffmpeg's sources draws."""
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-vf", f"fps={FPS},scale={SIDE}:{SIDE}:flags=area,format=rgb24",
               "-frames:v", str(FRAMES), "-f", "rawvideo", "-"]
    return np.frombuffer(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, np.uint8).reshape(-1, SIDE, SIDE, 3)


def screen(rng: np.random.Generator, style: str) -> np.ndarray:
    """A recording of a screen: scrolling text, windows that move, typing, or slides; with a cursor."""
    width, height = 960, 540
    dark = rng.random() < 0.5
    paper, ink = (int(rng.integers(10, 45)) if dark else int(rng.integers(225, 256))), (230 if dark else 20)
    tint = rng.integers(-8, 9, 3)
    lines = [" ".join(rng.choice(WORDS, rng.integers(3, 11))) for _ in range(400)]
    size = rng.uniform(0.45, 0.9)
    leading = int(26 * size / 0.6)
    windows = [(int(rng.integers(0, 500)), int(rng.integers(0, 250)), int(rng.integers(200, 450)), int(rng.integers(120, 280)),
                rng.integers(60, 255, 3)) for _ in range(rng.integers(2, 5))]
    cursor = np.array([480.0, 270.0])
    goal, scrolled, typed, speed = cursor.copy(), 0.0, 0, rng.uniform(8, 60)
    next_slide, slide, slides, desk = 0, None, 0, rng.integers(20, 200, 3)
    text = lambda image, line, at, scale, grey, thick=1: cv2.putText(image, line, at, 0, scale, (grey,) * 3, thick, cv2.LINE_AA)  # noqa: E731
    out = []
    for t in range(FRAMES):
        image = np.clip(np.full((height, width, 3), paper, np.float32) + tint, 0, 255).astype(np.uint8)
        if style == "scroll":
            if rng.random() < 0.8:
                scrolled += speed
            for k, line in enumerate(lines):
                if -20 < (y := 40 + k * leading - scrolled) < height + 20:
                    text(image, line, (30, int(y)), size, ink)
        elif style == "windows":
            image[:] = desk
            image[-30:] = 30
            if t % 9 == 8:
                j = int(rng.integers(len(windows)))
                x, y, w, h, colour = windows.pop(j)
                windows.append((int(np.clip(x + rng.integers(-150, 150), 0, 700)), int(np.clip(y + rng.integers(-80, 80), 0, 350)), w, h, colour))
            for j, (x, y, w, h, colour) in enumerate(windows):
                cv2.rectangle(image, (x, y), (x + w, y + h), (paper,) * 3, -1)
                cv2.rectangle(image, (x, y), (x + w, y + 24), tuple(map(int, colour)), -1)
                for k in range((h - 40) // 22):
                    text(image, lines[(j * 20 + k) % 400][:w // 12], (x + 8, y + 46 + k * 22), 0.5, ink)
        elif style == "typing":
            typed += int(rng.integers(0, 6))
            written = " ".join(lines)[:typed + 200]
            for k in range(0, len(written), 70):
                text(image, written[k:k + 70], (30, 60 + k // 70 * leading), size * 0.8, ink)
            image[:36] = desk
            image[:, :18] = (desk * 0.6).astype(np.uint8)
        else:
            if t >= next_slide:
                next_slide, slide, slides = t + int(rng.integers(8, 28)), image.copy(), slides + 1
                if rng.random() < 0.5:
                    slide[:] = rng.integers(0, 255, 3)
                pen = ink if abs(slide[0, 0].mean() - ink) > 60 else 255 - ink
                text(slide, lines[slides], (50, 90), 1.5, pen, 3)
                if rng.random() < 0.5:
                    for k in range(6):
                        top = 480 - int(rng.integers(40, 300))
                        cv2.rectangle(slide, (100 + k * 120, 480), (180 + k * 120, top), tuple(map(int, rng.integers(0, 255, 3))), -1)
                else:
                    for k in range(7):
                        text(slide, "- " + lines[slides * 8 + k][:40], (70, 170 + k * 50), 0.9, pen, 2)
            image = slide.copy()
        if t % 12 == 0:
            goal = np.array([rng.uniform(0, width), rng.uniform(0, height)])
        cursor += (goal - cursor) * 0.3
        arrow = np.array([[cursor, cursor + (0, 20), cursor + (14, 14)]], np.int32)
        cv2.fillPoly(image, arrow, (255,) * 3 if dark else (0,) * 3)
        out.append(cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    frames = np.stack(out)
    return jpeg(frames, int(rng.integers(50, 92))) if rng.random() < 0.5 else frames


def other(seed: int):
    """Every kind of clip that is not of the domain, and hard ones that are: (kind, frames)."""
    rng = np.random.default_rng([seed, 77])
    scenes = [clip(8000000 + seed * 40 + k, 6.0) for k in range(16)]
    shots: list[np.ndarray] = []
    while sum(map(len, shots)) < FRAMES:
        length, scene = int(rng.integers(4, 21)), scenes[len(shots) % 16]
        first = int(rng.integers(0, max(1, 24 - length)))
        shots.append(scene[first:first + length])
    yield "edited", np.concatenate(shots)[:FRAMES]
    yield "cut", np.concatenate([clip(8100000 + seed, 24.0)[:48], clip(8200000 + seed, 24.0)[:48]])
    large, t = large_clip(8300000 + seed), SECONDS
    zoom = rng.uniform(0.3, 0.5)
    speed, span = rng.uniform(0.03, 0.4) * zoom, (1 - zoom) / 2
    there_and_back = np.abs((speed * t + rng.uniform(0, 4 * span) + 3 * span) % (4 * span) - 2 * span) - span
    angle = rng.uniform(-0.5, 0.5)
    none = np.zeros(FRAMES)
    yield "pan", degrade(rng, through(large, there_and_back * np.cos(angle), there_and_back * np.sin(angle), np.full(FRAMES, zoom), none))
    zooms = 0.35 * np.exp(0.35 * np.sin(2 * np.pi * t / rng.uniform(5, 16) + rng.uniform(0, 6))) + 0.05
    yield "zoom", degrade(rng, through(large, none, none, zooms, none))
    hand, reach = smooth_walk(rng, rng.uniform(0.4, 1.5)), rng.uniform(0.025, 0.1)
    yield "handheld", degrade(rng, through(large, hand[:, 0] * reach * 0.45, hand[:, 1] * reach * 0.45, np.full(FRAMES, 0.45), hand[:, 2] * reach * 30))
    way = np.clip(np.cumsum(smooth_walk(rng, 1.5)[:, :2], 0) * 0.012, -0.3, 0.3)
    yield "walking", degrade(rng, through(large, way[:, 0] + hand[:, 0] * 0.01, way[:, 1] + np.sin(t * 11) * 0.006, 0.4 + 0.05 * np.sin(t * 0.7), hand[:, 2] * 2))
    for style in ("scroll", "windows", "typing", "slides"):
        yield style, screen(rng, style)
    strength, channels, cell = rng.uniform(20, 80), int(rng.choice([1, 3])), int(rng.choice([1, 2, 4]))
    grain = rng.normal(0, strength, (FRAMES, SIDE // cell, SIDE // cell, channels)).repeat(cell, 1).repeat(cell, 2)
    yield "noise", np.broadcast_to(grain + rng.uniform(70, 150), (FRAMES, SIDE, SIDE, 3))
    plain = clip(8400000 + seed, 24.0)
    frames = plain.astype(np.float32)
    level = rng.uniform(0, 12)
    frames[32:] = level + rng.normal(0, rng.uniform(0, 2.5), frames[32:].shape)
    yield "dark", frames
    frames = plain.astype(np.float32)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    colour, slope = rng.uniform(20, 140, 3), rng.uniform(-0.25, 0.25, 2)
    cover = colour * (1 + slope[0] * (columns - 0.5) + slope[1] * (rows - 0.5))[..., None]
    frames[32:] = cover[None] + rng.normal(0, rng.uniform(0.5, 4), frames[32:].shape)
    yield "covered", frames
    gain = np.ones(FRAMES)
    off, on = int(rng.integers(16, 40)), int(rng.integers(50, 80))
    gain[off:on] = rng.uniform(0.25, 0.7)
    yield "hard-lights", plain * gain[:, None, None, None]
    wave = 1 + 0.35 * np.sin(2 * np.pi * t / rng.uniform(2, 8)) * np.exp(-((t - 12) / 6) ** 2)
    yield "hard-exposure", plain.astype(np.float32) * wave[:, None, None, None]
    yield "hard-lorry", lorry(rng, plain)
    amplitude = rng.uniform(0.4, 1.1) * 0.6 / 96 * SIDE
    moves = [np.float32([[1, 0, rng.normal() * amplitude], [0, 1, rng.normal() * amplitude]]) for _ in plain]
    yield "hard-shake", np.stack([cv2.warpAffine(frame, move, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE) for frame, move in zip(plain, moves)])

    yield "follow", follow(np.random.default_rng([seed, 78]), large)
    yield "follow_near", follow(np.random.default_rng([seed, 79]), large, near=True)


def follow(rng: np.random.Generator, large: np.ndarray, near: bool = False) -> np.ndarray:
    """A pan that follows somebody, who stays in the middle while the background passes: slowly, or faster if near, and then much is hidden."""
    zoom, t = rng.uniform(0.3, 0.5), SECONDS
    span, speed = (1 - zoom) / 2, (rng.uniform(0.05, 0.4) if near else rng.uniform(0.008, 0.06)) * zoom
    start = rng.uniform(0, 4 * span)
    there_and_back = np.abs((speed * t + start + 3 * span) % (4 * span) - 2 * span) - span
    frames = through(large, there_and_back, 0.003 * smooth_walk(rng, 3.0)[:, 0], np.full(FRAMES, zoom), np.zeros(FRAMES)).copy()
    height = int((rng.uniform(0.8, 1.3) if near else rng.uniform(0.4, 0.95)) * SIDE)
    room = max(SIDE - height, 0)
    width = int(height * rng.uniform(0.25, 0.5))
    parts = rng.integers(20, 236, (5, 3, 3)).astype(np.uint8)
    lead, pace, top = 0.06 * smooth_walk(rng, 2.0)[:, 0], rng.uniform(4, 9), room // 2 + int(rng.uniform(-0.05, 0.2) * room)
    rows, columns = np.mgrid[0:height, 0:width]
    for i in range(FRAMES):
        body = cv2.resize(parts, (width, height), interpolation=cv2.INTER_LINEAR)
        across, down = (columns - width / 2) / (width / 2), rows / height
        head = (across / 0.4) ** 2 + ((down - 0.09) / 0.09) ** 2 < 1
        trunk = (np.abs(across) < 0.6) & (down >= 0.17) & (down < 0.55)
        swing = 0.45 * np.sin(pace * t[i]) * (down - 0.55) / 0.45
        legs = (down >= 0.55) & ((np.abs(across - 0.25 - swing) < 0.22) | (np.abs(across + 0.25 + swing) < 0.22))
        mask = head | trunk | legs
        left = int((0.5 + lead[i]) * SIDE - width / 2)
        at = np.clip(left + columns[mask], 0, SIDE - 1), np.clip(top + rows[mask], 0, SIDE - 1)
        frames[i, at[1], at[0]] = body[mask]
    return degrade(rng, frames)


def lorry(rng: np.random.Generator, plain: np.ndarray) -> np.ndarray:
    """Something large with a pattern passes after 8 s; it hides up to half of the picture."""
    frames, pattern = plain.copy(), rng.integers(40, 220, (6, 10, 3)).astype(np.uint8)
    pattern = cv2.resize(pattern, (int(rng.uniform(0.52, 0.89) * SIDE), int(rng.uniform(0.47, 0.73) * SIDE)))
    speed, (height, width) = rng.uniform(0.2, 0.73) * SIDE, pattern.shape[:2]
    for t in range(8 * FPS, FRAMES):
        x = int(-width + speed * (t / FPS - 8))
        left, right = max(0, x), min(SIDE, x + width)
        if right > left:
            frames[t, TOP:TOP + height, left:right] = pattern[:, left - x:right - x]
    return frames


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--domain", type=int, nargs=2, default=(0, 0), metavar=("SEED", "N"))
    parser.add_argument("--other", type=int, nargs=2, default=(0, 0), metavar=("SEED", "N"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)

    def save(kind: str, seed: int, frames: np.ndarray) -> None:
        np.clip(frames, 0, 255).astype(np.uint8).tofile(options.folder / f"{kind}.{seed}.rgb")

    first, count = options.domain
    for seed in range(first, first + count):
        save("domain", seed, clip(seed, 24.0))
    first, count = options.other
    for seed in range(first, first + count):
        for kind, frames in other(seed):
            save(kind, seed, frames)
    if count:
        for kind, sources in GENERATED.items():
            for i, source in enumerate(sources):
                save(f"ffmpeg-{kind}", first + i, generated(source))


if __name__ == "__main__":
    main()
