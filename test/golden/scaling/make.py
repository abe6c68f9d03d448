"""
Writes how the processors of transformers scale a few pictures: `scaled.json` says which, `scaled.bin` holds the bytes.

    python make.py        # torch 2.13, torchvision 0.28, transformers 5.19

The pictures are those of `../checkpoints/pictures.py` (hard edges and noise) and soft slopes.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers as hf
from transformers.image_utils import PILImageResampling, SizeDict

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "checkpoints"))

from pictures import picture  # noqa: E402


def soft(width: int, height: int) -> np.ndarray:
    """Triangle waves: `[height, width, 3]` bytes."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    waves = [
        np.abs((t % period) * 2 - period) * 255 // period
        for t, period in ((x * 9 + y * (c + 1), 257), (y * 7 + x * 2 + c * 40, 389))
    ]
    return (sum(waves) // 2).astype(np.uint8)


def main() -> None:
    torch.set_num_threads(1)
    smol, qwen = hf.SmolVLMVideoProcessor(), hf.Qwen2VLVideoProcessor()
    cases = [
        *(("idefics3", source, (48, 48)) for source in ((96, 54), (54, 96), (200, 150), (30, 20))),
        *(
            ("qwen2-vl", source, to)
            for source, to in (((96, 54), (64, 40)), ((200, 150), (48, 32)), ((90, 40), (56, 48)), ((30, 20), (40, 24)))
        ),
    ]
    said, content = [], b""
    for family, (width, height), (to_width, to_height) in cases:
        for name, source in (("hard", picture(0, width, height)), ("soft", soft(width, height))):
            video = torch.from_numpy(source).permute(2, 0, 1)[None]
            if family == "idefics3":
                smol.max_image_size = {"longest_edge": to_width}
                scaled = smol.resize(video, SizeDict(longest_edge=to_width), PILImageResampling.LANCZOS)
            else:
                size = SizeDict(height=to_height, width=to_width)
                scaled = super(type(qwen), qwen).resize(video, size, PILImageResampling.BICUBIC)
            pixels = scaled[0].permute(1, 2, 0).numpy()
            assert pixels.dtype == np.uint8 and pixels.shape == (to_height, to_width, 3), (pixels.dtype, pixels.shape)
            said.append(
                {
                    "family": family,
                    "picture": name,
                    "from": [width, height],
                    "to": [to_width, to_height],
                    "offset": len(content),
                }
            )
            content += pixels.tobytes()
    (HERE / "scaled.bin").write_bytes(content)
    (HERE / "scaled.json").write_text("[\n " + ",\n ".join(json.dumps(one) for one in said) + "\n]\n")


main()
