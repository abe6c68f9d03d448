"""What the encoder looks at: the frame, its change since the last one, and its difference to a running background.

Both differences are gain-compensated: a camera's auto-exposure scales the whole picture, and without the
compensation that reads as motion everywhere. The background is state of the stream, kept outside the graph.
"""
from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .config import Config

SQUARE = 4
"""Side of the squares (px) in which brightness and changes are judged: small enough for a distant mover, and free of noise."""


def pixels_of(frame: Tensor) -> Tensor:
    """u8 [B,H,W,3] -> 0..1 [B,3,H,W]."""
    return frame.permute(0, 3, 1, 2).float() / 255


def squares(picture: Tensor) -> Tensor:
    """Means of squares of `SQUARE` px. [B,C,H,W] -> [B,C,H/4,W/4]. As a mean and not as a pooling: ONNX Runtime computes means faster."""
    return picture.unflatten(3, (-1, SQUARE)).unflatten(2, (-1, SQUARE)).mean((3, 5))


def gain(frame: Tensor, reference: Tensor) -> Tensor:
    """Per-channel median of frame / reference on a coarse grid. [B,3,H,W] twice -> [B,3,1,1]."""
    return gain_of_squares(squares(frame), squares(reference))


def gain_of_squares(frame: Tensor, reference: Tensor) -> Tensor:
    """`gain`, of pictures whose squares are known."""
    flat = ((frame + 0.02) / (reference + 0.02)).flatten(2)
    median = torch.topk(flat, flat.shape[-1] // 2 + 1, dim=-1, sorted=False).values.amin(-1)
    return median.clamp(0.5, 2.0)[..., None, None]


def look(frame: Tensor, previous: Tensor, background: Tensor) -> Tensor:
    """Channels of the encoder. Each [B,3,H,W] in 0..1 -> [B,9,H,W]."""
    return channels(frame, previous, background, gain(frame, previous), gain(frame, background))


def channels(frame: Tensor, previous: Tensor, background: Tensor, than_previous: Tensor, than_background: Tensor) -> Tensor:
    """`look`, with the two gains known."""
    return torch.cat([2 * frame - 1, 4 * (frame - than_previous * previous), 4 * (frame - than_background * background)], 1)


def follow(config: Config, background: Tensor, frame: Tensor, foreground: Tensor, seen: Tensor, seconds: Tensor,
           brighter: Tensor | None = None) -> Tensor:
    """The background after this frame.

    foreground: probability per grid cell [B,G,G]; seen: frames before this one [B]; seconds since the last one [B];
    brighter: the gain of the frame over the background, where it is known.
    """
    fast = torch.maximum(1 - torch.exp(-seconds / config.background_fast_s), 1 / (seen + 2))
    slow = 1 - torch.exp(-seconds / config.background_slow_s)
    mask = F.max_pool2d(foreground[:, None], 3, stride=1, padding=1)
    rate = torch.where(mask > 0.5, slow[:, None, None, None], fast[:, None, None, None])
    target = frame / (gain(frame, background) if brighter is None else brighter)
    # By rows of cells, each as wide as the picture: products of long rows are faster than those of cells.
    change = (target - background).unflatten(2, (config.grid, -1))                                      # [B,3,G,cell,W]
    rows = rate[..., None].expand(-1, -1, -1, -1, change.shape[3]).flatten(3)[:, :, :, None]            # [B,1,G,1,W]
    return background + (rows * change).flatten(2, 3)
