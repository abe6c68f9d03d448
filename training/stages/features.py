"""Plays every clip through the encoder, with the background that its own foreground gives: `python -m stages.features`.

Features of the clips as the service would see them, a byte each, and what the transformers are told of them, beside the
shard. Resumes where it stopped.
"""
from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from network.config import Config
from network.encoder import Encoder, blocks_of
from network.motion import follow, look, pixels_of

from .checkpoint import load, mixed_precision
from .generate import CELLS, SEEDS
from .movers import LABELS, of_units
from .presence import PRESENCE, last_frames, presence_of
from .served_eyes import ServedEyes
from .shards import Shard, need_room, shards

FEATURES = ("features", "scale", *PRESENCE, *LABELS)
"""Arrays of a shard that the transformers learn from."""
AT_ONCE = 25
"""Clips that are played side by side."""

Player = Callable[[torch.Tensor], torch.Tensor]
"""u8 [N,T,H,W,3] -> features [N,T,C,G,G]."""


def trained_encoder(config: Config, path: Path) -> Encoder:
    state = load(path)
    if state is None:
        raise SystemExit(f"no encoder at {path}: run `python -m stages.encoder` first")
    encoder = Encoder(replace(config, encoder_blocks=blocks_of(state["encoder"], config)))
    encoder.load_state_dict(state["encoder"])
    return encoder.eval()


@torch.no_grad()
def watch(config: Config, encoder: Encoder, frames: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """u8 [N,T,H,W,3] -> frame by frame what the encoder makes of it [N,C,G,G], and the background it was held against [N,3,H,W]."""
    count, length = frames.shape[:2]
    background = previous = pixels_of(frames[:, 0])
    seconds = torch.full((count,), 1 / config.fps, device=frames.device)
    for t in range(length):
        frame = pixels_of(frames[:, t])
        with mixed_precision(frames.device.type):
            feature = encoder(look(frame, previous, background).contiguous(memory_format=torch.channels_last)).float()
        yield feature, background
        elapsed = seconds if t else torch.zeros_like(seconds)
        background = follow(config, background, frame, encoder.foreground(feature), torch.full_like(seconds, t), elapsed)
        previous = frame


def play(config: Config, encoder: Encoder, frames: torch.Tensor) -> torch.Tensor:
    """u8 [N,T,H,W,3] -> [N,T,C,G,G]."""
    return torch.stack([feature for feature, _ in watch(config, encoder, frames)], 1)


def in_bytes(features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Features [N,T,C,G,G] as whole steps (int8), and the size of a step (float16) by the clip's range of the channel [N,C]."""
    scale = (features.abs().amax((1, 3, 4)) / 127).clamp(min=1e-6).half()
    return (features / scale[:, None, :, None, None]).round().clamp(-127, 127).char(), scale


def extract(config: Config, player: Player, shard: Shard) -> None:
    frames = torch.from_numpy(np.array(shard.array("frames")))
    features, scale = (torch.cat(part).numpy() for part in zip(*(in_bytes(player(some)) for some in frames.split(AT_ONCE))))
    cells = {name: shard.array(name) for name in CELLS}
    clips = [{name: np.array(values[clip]) for name, values in cells.items()} for clip in range(len(shard))]
    movers = [of_units(config, clip) for clip in clips]
    present = [presence_of(config, clip, last_frames(config, len(clip["state"]))) for clip in clips]
    arrays = {"scale": scale} | {name: np.stack([one[name] for one in movers]) for name in LABELS}
    arrays |= {name: np.stack([getattr(one, name) for one in present]) for name in PRESENCE}
    for name, values in (arrays | {"features": features}).items():   # features last: with them it is done
        temporary = shard.folder / "part.tmp.npy"
        np.save(temporary, values)
        temporary.rename(shard.folder / f"{name}.npy")


def features_of(config: Config, clips: list[tuple[Shard, int]]) -> torch.Tensor:
    """Whole clips as they were kept. [B,U,F,C,G,G]"""
    return torch.stack([torch.from_numpy(shard.features(clip)).float() for shard, clip in clips]).unflatten(1, (-1, config.frames_per_unit))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--encoder", type=Path, default=Path("runs/encoder/last.pt"))
    parser.add_argument("--bundle", type=Path, help="instead of an encoder: a bundle, whose eyes are played as they are served, in eight bits if that is what they have")
    parser.add_argument("--split", choices=SEEDS, default="train")
    parser.add_argument("--worker", type=int, default=0, help="this process plays every n-th shard")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--drop-frames", action="store_true",
                        help="frees the disk of frames that have been played, and of what their cells hold: the encoder cannot be trained on them again")
    parser.add_argument("--again", action="store_true", help="also where features stand already (the encoder has changed)")
    args = parser.parse_args()
    config = Config()
    player = ServedEyes(config, args.bundle).play if args.bundle else partial(play, config, trained_encoder(config, args.encoder).to(memory_format=torch.channels_last))
    found = shards(args.data / args.split)
    if args.again and (dropped := [s.folder.name for s in found if not s.has("frames")]):
        raise SystemExit(f"{len(dropped)} shards of {args.data / args.split} have no frames any more, so that their features would stay an "
                         f"earlier encoder's: delete these folders and run `python -m stages.generate` ({', '.join(dropped[:3])}, ...)")
    for shard in tqdm(found[args.worker::args.workers], desc="shards"):
        if shard.has("frames") and (args.again or not all(shard.has(name) for name in FEATURES)):
            need_room(args.data)
            extract(config, player, shard)
            if args.drop_frames:
                for name in ("frames", *CELLS):
                    (shard.folder / f"{name}.npy").unlink()


if __name__ == "__main__":
    main()
