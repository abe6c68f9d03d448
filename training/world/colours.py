"""The eleven basic colour names and how each one looks on a real camera."""
from __future__ import annotations

import colorsys

import numpy as np

COLOURS = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
ACHROMATIC = ("black", "white", "grey")
SHADES = ("dark", "light")
"""What is said of a mover whose colour nobody could tell."""
TOLD = COLOURS + SHADES
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue in brightness (ITU-R BT.601, section 2.5.1)."""
KINDS = ("car", "person", "object", "hand", "animal")
HELD_OUT = {("purple", "car"), ("green", "car"), ("orange", "person"), ("brown", "person"), ("pink", "object"), ("blue", "object"),
            ("yellow", "hand")}
"""Combinations that training never shows; a split of its own tests them."""

# hue range in degrees, saturation range, value range
RANGES = {
    "black": ((0, 360), (0.0, 0.25), (0.04, 0.16)),
    "white": ((0, 360), (0.0, 0.06), (0.90, 1.0)),
    "grey": ((190, 240), (0.0, 0.10), (0.34, 0.58)),
    "red": ((-12, 8), (0.70, 0.95), (0.50, 0.88)),
    "orange": ((18, 32), (0.75, 1.0), (0.80, 1.0)),
    "yellow": ((46, 60), (0.65, 1.0), (0.82, 1.0)),
    "green": ((90, 160), (0.40, 0.90), (0.28, 0.72)),
    "blue": ((200, 235), (0.50, 0.95), (0.30, 0.85)),
    "purple": ((265, 295), (0.40, 0.85), (0.35, 0.70)),
    "pink": ((320, 350), (0.25, 0.60), (0.82, 1.0)),
    "brown": ((16, 32), (0.45, 0.75), (0.24, 0.46)),
}

VEHICLE_WEIGHTS = {"white": 5, "grey": 4.5, "black": 3.5, "red": 3.5, "blue": 3, "green": 1,
                   "yellow": 1.2, "orange": 0.8, "brown": 0.7, "purple": 0.4, "pink": 0.3}
CLOTHES_WEIGHTS = {"black": 3, "white": 2.5, "grey": 2.5, "blue": 3, "red": 2, "green": 1.5,
                   "yellow": 1.2, "pink": 1.2, "brown": 1.2, "orange": 1, "purple": 1}
TROUSER_WEIGHTS = {"black": 4, "blue": 4, "grey": 3, "brown": 2, "white": 1.2, "green": 0.3, "red": 0.3,
                   "yellow": 0.15, "pink": 0.15, "orange": 0.1, "purple": 0.1}
ANIMAL_WEIGHTS = {"black": 3, "white": 2, "grey": 2.5, "brown": 4, "orange": 2, "yellow": 0.5}
OBJECT_WEIGHTS = dict.fromkeys(COLOURS, 1.0)
SKIN = ((236, 198, 172), (222, 176, 144), (190, 138, 106), (140, 94, 68), (88, 58, 44))
SKIN_NAMES = ("pink", "pink", "brown", "brown", "brown")
"""What a bare arm is called."""


def pick_name(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """One colour name drawn with the given weights."""
    names = list(weights)
    chances = np.array([weights[name] for name in names], float)
    return names[int(rng.choice(len(names), p=chances / chances.sum()))]


def sample_rgb(rng: np.random.Generator, name: str) -> np.ndarray:
    """A realistic RGB (0..255 floats) that a person would call `name`."""
    (h0, h1), (s0, s1), (v0, v1) = RANGES[name]
    hue = rng.uniform(h0, h1) % 360 / 360
    return np.array(colorsys.hsv_to_rgb(hue, rng.uniform(s0, s1), rng.uniform(v0, v1))) * 255.0
