"""What the encoder looks at: the frame, its change since the last one, and its difference to a running background.

Both differences are gain-compensated: a camera's auto-exposure scales the whole picture, and without the
compensation that reads as motion everywhere. The background is state of the stream, kept outside the graph.
"""
from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .config import Config


def pixels_of(frame: Tensor) -> Tensor:
    """u8 [B,H,W,3] -> 0..1 [B,3,H,W]."""
    return frame.permute(0, 3, 1, 2).float() / 255


def gain(frame: Tensor, reference: Tensor) -> Tensor:
    """Per-channel median of frame / reference on a coarse grid. [B,3,H,W] twice -> [B,3,1,1]."""
    ratio = (F.avg_pool2d(frame, 4) + 0.02) / (F.avg_pool2d(reference, 4) + 0.02)
    flat = ratio.flatten(2)
    median = torch.topk(flat, flat.shape[-1] // 2 + 1, dim=-1).values[..., -1]
    return median.clamp(0.5, 2.0)[..., None, None]


def look(frame: Tensor, previous: Tensor, background: Tensor) -> Tensor:
    """Channels of the encoder. Each [B,3,H,W] in 0..1 -> [B,9,H,W]."""
    change = frame - gain(frame, previous) * previous
    foreground = frame - gain(frame, background) * background
    return torch.cat([2 * frame - 1, 4 * change, 4 * foreground], 1)


def follow(config: Config, background: Tensor, frame: Tensor, foreground: Tensor, seen: Tensor, seconds: Tensor) -> Tensor:
    """The background after this frame.

    foreground: probability per grid cell [B,G,G]; seen: frames before this one [B]; seconds since the last one [B].
    """
    fast = torch.maximum(1 - torch.exp(-seconds / config.background_fast_s), 1 / (seen + 2))
    slow = 1 - torch.exp(-seconds / config.background_slow_s)
    cell = config.pixels // config.grid
    mask = F.max_pool2d(foreground[:, None], 3, stride=1, padding=1)
    mask = mask.repeat_interleave(cell, 2).repeat_interleave(cell, 3)
    rate = torch.where(mask > 0.5, slow[:, None, None, None], fast[:, None, None, None])
    target = frame / gain(frame, background)
    return background + rate * (target - background)
