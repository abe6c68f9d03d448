"""Sizes of the network and of the caches that it is trained for. Everything a graph depends on is here."""
from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Config:
    # Vision
    pixels: int = 128
    fps: float = 4.0
    frames_per_unit: int = 2
    grid: int = 16
    feature_channels: int = 64
    encoder_blocks: tuple[int, int, int] = (1, 2, 4)   # residual blocks at a half, a quarter and an eighth of the frame's width
    tokens_per_unit: int = 8
    # Transformers (one for the visual tokens, one for the text; joint attention)
    width: int = 128
    layers: int = 8
    heads: int = 4
    hidden: int = 512
    # Rotary positions: one visual position is one unit of time, one text position is one token
    rope_base: float = 1000.0
    # Windows: the longest that training shows
    visual_sink_units: int = 1
    visual_window_units: int = 32
    text_window_tokens: int = 256
    # A recap is asked for after this many tokens of thought
    recap_tokens: int = 96
    # The running background follows what is empty quickly and what is foreground slowly
    background_fast_s: float = 10.0
    background_slow_s: float = 240.0

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    @property
    def unit_seconds(self) -> float:
        return self.frames_per_unit / self.fps

    def as_dict(self) -> dict:
        return asdict(self)


TINY = Config(pixels=96, grid=12, feature_channels=16, tokens_per_unit=3, width=32, layers=2, heads=2, hidden=48,
              visual_window_units=5, text_window_tokens=24, recap_tokens=12)
"""A shrunken network with random weights: the exactness tests run on it."""
