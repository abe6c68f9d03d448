"""Trains the encoder on what each grid cell holds: `python -m stages.encoder --steps 6000`. Resumes by itself.

With `--teacher` it also learns to make of a camera's picture what an earlier encoder makes of the same scene without the
camera's faults: what learned from that one's features goes on understanding them.
"""
from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from network.config import Config
from network.encoder import HEADS, Encoder, blocks_of
from network.motion import follow, look, pixels_of
from world.labels import MOVING, RESTING, STANDING

from .checkpoint import load, mixed_precision, rate, record, save, start_from
from .features import trained_encoder
from .fit import descend
from .generate import PLAIN
from .movers import from_its_start
from .shards import Shard, shards

CLIPS, FRAMES, BATCH = 32, 20, 64
"""Of a draw; few frames of many clips: a clip's colours and background are the same in all of its frames."""
IGNORE = 255
MIRRORED = 0.5
"""Share of clips that are shown the other way round."""
USES = 2
"""Of each draw: to play 32 clips through the running background takes on two cores as long as eight steps."""
FOLLOWED = 2
"""The background follows every so many frames: it takes seconds to change."""
SAVED_S = 420
"""A run is saved and measured after so long: measuring takes as long as some ten steps."""
LIKE_TEACHER, TAUGHT = 1.0, 0.5
"""Weight of what the teacher makes of it, and the share of a batch that it is asked about."""
MOVERS_WEIGHT = 4.0
"""Of a cell that holds a mover, in what the teacher makes of it; of an empty one, one."""
BOX_WEIGHT = 0.15
"""Errors of boxes are many cells' and steep: at full weight they would have nearly all of the gradient."""


def noisy_foreground(cover: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """The true foreground with the mistakes that a model makes: the background must survive them. [N,T,G,G]."""
    mask = (cover > 0.2).float()
    dice = torch.Generator(cover.device).manual_seed(int(rng.integers(2**31)))

    def chance(share: float, *shape: int) -> torch.Tensor:
        return torch.rand(shape, generator=dice, device=cover.device) < share

    missed, invented = chance(0.12, *mask.shape), chance(0.004, *mask.shape)
    whole = chance(0.1, len(mask), 1, 1, 1)
    return torch.where(missed | whole, 0.0, torch.where(invented, 1.0, mask))


def roll(config: Config, frames: torch.Tensor, foreground: torch.Tensor, wanted: np.ndarray) -> torch.Tensor:
    """Plays clips u8 [N,T,H,W,3] through the running background and returns the encoder's input at the wanted frames. [N,F,9,H,W]."""
    count, length = frames.shape[:2]
    background = previous = pixels_of(frames[:, 0])
    seconds = torch.full((count,), 1 / config.fps, device=frames.device)
    out = torch.empty(count, wanted.shape[1], 9, config.pixels, config.pixels, device=frames.device)
    for t in range(length):
        frame = pixels_of(frames[:, t])
        clip, slot = np.nonzero(wanted == t)
        if len(clip):
            out[clip, slot] = look(frame[clip], previous[clip], background[clip])
        if t % FOLLOWED == 0:
            background = follow(config, background, frame, foreground[:, t], torch.full_like(seconds, t), FOLLOWED * seconds)
        previous = frame
    return out


def mirrored(name: str, values: np.ndarray) -> np.ndarray:
    """Labels of frames that are mirrored left to right. [F,G,G] or [F,2,G,G]."""
    turned = values[..., ::-1]
    return turned * np.array([-1, 1], values.dtype)[:, None, None] if name in ("velocity", "offset") else turned


def draw(config: Config, source: list[Shard], rng: np.random.Generator, plain: bool = False) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The encoder's input at some frames of many clips, and what their cells hold. plain: also its input `plain` without the camera's faults."""
    frames, picked, faultless = [], {k: [] for k in (*HEADS, "cover")}, []
    covers, wanted = [], []
    for _ in range(CLIPS):
        shard = source[int(rng.integers(len(source)))]
        clip = int(rng.integers(len(shard)))
        start = int(rng.integers(0, shard.array("frames").shape[1] - 56))
        length = min(56, shard.array("frames").shape[1] - start)
        when = np.sort(rng.choice(length, FRAMES, replace=False))
        frames.append(np.array(shard.array("frames")[clip, start:start + length]))
        if plain:
            faultless.append(np.array(shard.array(PLAIN)[clip, start:start + length]))
        covers.append(np.array(shard.array("cover")[clip, start:start + length]))
        wanted.append(when)
        for k in picked:
            picked[k].append(np.array(shard.array(k)[clip, start + when]))
        picked["state"][-1] = from_its_start(shard.array("state")[clip, start:start + length])[when]
    for clip in np.flatnonzero(rng.random(CLIPS) < MIRRORED):
        frames[clip] = frames[clip][:, :, ::-1]
        covers[clip] = covers[clip][..., ::-1]
        if plain:
            faultless[clip] = faultless[clip][:, :, ::-1]
        for k, values in picked.items():
            values[clip] = mirrored(k, values[clip])
    cover = torch.from_numpy(np.stack(covers)).float() / 255
    x = roll(config, torch.from_numpy(np.stack(frames)), noisy_foreground(cover, rng), np.stack(wanted)).flatten(0, 1)
    labels = {k: torch.from_numpy(np.concatenate(v)) for k, v in picked.items()}
    if plain:
        labels["plain"] = roll(config, torch.from_numpy(np.stack(faultless)), noisy_foreground(cover, rng), np.stack(wanted)).flatten(0, 1)
    return x, labels


@dataclass
class Teacher:
    """An earlier encoder, and how far each of its features ranges."""
    encoder: Encoder
    range: torch.Tensor    # [C,1,1]

    @torch.no_grad()
    def makes(self, x: torch.Tensor, labels: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Its features of pictures without faults, and how much each is worth learning: only where it tells itself what is there. [N,C,G,G], [N,G,G]."""
        with mixed_precision():
            features = self.encoder(x.contiguous(memory_format=torch.channels_last))
            cells = self.encoder.cells(features)
        state = labels["state"].long()
        right = cells["state"].argmax(1) == state
        for k in ("colour", "kind"):
            right &= (labels[k] == IGNORE) | (cells[k].argmax(1) == labels[k])
        return features.float(), right * torch.where((state == MOVING) | (state == STANDING), MOVERS_WEIGHT, 1.0)

    def loss(self, features: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        far = F.smooth_l1_loss(features / self.range, wanted / self.range, reduction="none", beta=0.5).mean(1)
        return (far * weight).sum() / (weight.sum() + 1)


def losses(cells: dict[str, torch.Tensor], labels: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    state, cover = labels["state"].long(), labels["cover"].float() / 255
    unsure = (state == 0) & (cover > 0.06)
    weight = torch.tensor([1.0, 2.0, 2.0, 2.0], device=state.device)
    moving, present = (state == MOVING)[:, None], (state > 0)[:, None]

    def box(name: str, scale: float) -> torch.Tensor:
        return F.smooth_l1_loss(cells[name] * scale, labels[name].float() * scale, reduction="none", beta=0.5)

    speed = F.smooth_l1_loss(cells["velocity"] * 4, labels["velocity"].float() * 4, reduction="none", beta=0.5)
    return {
        "state": F.cross_entropy(cells["state"], torch.where(unsure, IGNORE, state), weight, ignore_index=IGNORE) * 3,
        "velocity": (speed * moving).sum() / (moving.sum() * 2 + 1),
        "colour": F.cross_entropy(cells["colour"], labels["colour"].long(), ignore_index=IGNORE) * 0.5,
        "kind": F.cross_entropy(cells["kind"], labels["kind"].long(), ignore_index=IGNORE) * 0.5,
        "offset": BOX_WEIGHT * (box("offset", 20) * present).sum() / (present.sum() * 2 + 1),
        "size": BOX_WEIGHT * (box("size", 10) * present).sum() / (present.sum() * 2 + 1),
    }


@torch.no_grad()
def measure(config: Config, encoder: Encoder, source: list[Shard], clips: int = 64) -> dict[str, float]:
    """Held-out frames: F1 of moving and standing cells; and what the cells of one mover together say of it."""
    encoder.eval()
    rng = np.random.default_rng(1)
    got: dict[str, list[torch.Tensor]] = {k: [] for k in HEADS}
    true: dict[str, list[torch.Tensor]] = {k: [] for k in HEADS}
    for _ in range(clips // CLIPS):
        x, labels = draw(config, source, rng)
        cells = encoder.cells(torch.cat([encoder(b) for b in x.split(BATCH)]))
        for k in HEADS:
            got[k].append(cells[k])
            true[k].append(labels[k].float())
    g, t = {k: torch.cat(v) for k, v in got.items()}, {k: torch.cat(v) for k, v in true.items()}
    said = g["state"].argmax(1)

    def f1(which: int) -> float:
        hit = ((said == which) & (t["state"] == which)).sum()
        return float(2 * hit / ((said == which).sum() + (t["state"] == which).sum()))

    encoder.train()
    return {"moving_f1": f1(MOVING), "standing_f1": f1(STANDING), "resting_f1": f1(RESTING), **movers(g, t)}


def movers(said: dict[str, torch.Tensor], true: dict[str, torch.Tensor]) -> dict[str, float]:
    """Over movers of at least two cells: shares of the right colour, kind and direction; errors of centre and size (frame widths)."""
    grid = said["state"].shape[-1]
    middle = (torch.arange(grid) + 0.5) / grid
    cell = torch.stack([middle[None].expand(grid, grid), middle[:, None].expand(grid, grid)])
    rows: dict[str, list[float]] = defaultdict(list)
    for n in range(len(said["state"])):
        centre = (true["offset"][n] + cell).mul(200).round()
        present = (true["state"][n] == MOVING) | (true["state"][n] == STANDING)
        for c in torch.unique(centre[:, present], dim=1).T:
            mine = present & (centre == c[:, None, None]).all(0)
            if mine.sum() < 2:
                continue
            of = {k: v[n][..., mine] for k, v in said.items()}
            truth = {k: v[n][..., mine] for k, v in true.items()}
            for k in ("colour", "kind"):
                rows[k].append(float(torch.log_softmax(of[k], 0).sum(1).argmax() == truth[k][0]))
            rows["position"].append(float(((of["offset"] + cell[:, mine]).median(1).values - (truth["offset"] + cell[:, mine]).mean(1)).norm()))
            rows["size"].append(float((of["size"].median(1).values - truth["size"].mean(1)).abs().mean()))
            v, w = of["velocity"].median(1).values, truth["velocity"].mean(1)
            if truth["state"][0] == MOVING and w.abs().max() > 0.03:
                axis = int(w.abs().argmax())
                rows["direction"].append(float(int(v.abs().argmax()) == axis and v[axis] * w[axis] > 0))
    return {k: float(np.mean(v)) for k, v in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--out", type=Path, default=Path("runs/encoder"))
    parser.add_argument("--steps", type=int, default=6000, help="minibatches of 64 frames")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--begin", type=Path, help="an earlier encoder to start from")
    parser.add_argument("--teacher", type=Path,
                        help="an earlier encoder: its features of pictures without faults are to be made of those with; needs clips of `stages.generate --plain`")
    parser.add_argument("--measure", type=int, metavar="CLIPS", help="trains nothing: says what the encoder of --out reaches on so many held-out clips")
    args = parser.parse_args()
    config = Config()
    if args.measure:
        print(json.dumps(measure(config, trained_encoder(config, args.out / "last.pt"), shards(args.data / "test", "frames"), args.measure)))
        return
    torch.manual_seed(0)
    if earlier := load(args.out / "last.pt") or (load(args.begin) if args.begin else None):
        config = replace(config, encoder_blocks=blocks_of(earlier["encoder"], config))
    encoder = Encoder(config).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=args.rate, weight_decay=0.02)
    step = 0
    if state := load(args.out / "last.pt"):
        encoder.load_state_dict(state["encoder"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
        print(f"resumed at step {step}", flush=True)
    elif args.begin:
        start_from(encoder, load(args.begin)["encoder"])
    arrays = ["frames"]
    teacher = None
    if args.teacher:
        arrays.append(PLAIN)
        like = trained_encoder(config, args.teacher).to(memory_format=torch.channels_last)
        with torch.no_grad():
            seen = like(draw(config, shards(args.data / "test", *arrays), np.random.default_rng(2), plain=True)[1]["plain"][::4])
        teacher = Teacher(like, seen.std((0, 2, 3))[:, None, None])
    rng = np.random.default_rng(step)
    began, last = time.time(), time.time()
    running: dict[str, float] = {}
    source = shards(args.data / "train", *arrays)
    ahead = ThreadPoolExecutor(1)
    upcoming = ahead.submit(draw, config, source, rng, teacher is not None)
    while step < args.steps:
        x, labels = upcoming.result()
        upcoming = ahead.submit(draw, config, source, rng, teacher is not None)
        for part in (part for _ in range(USES) for part in torch.randperm(len(x)).split(BATCH)):
            with mixed_precision():
                features = encoder(x[part].contiguous(memory_format=torch.channels_last))
                cells = encoder.cells(features)
            terms = losses({k: v.float() for k, v in cells.items()}, {k: v[part] for k, v in labels.items() if k != "plain"})
            if teacher is not None:
                asked = part[:round(TAUGHT * len(part))]
                wanted = teacher.makes(labels["plain"][asked], {k: labels[k][asked] for k in ("state", "colour", "kind")})
                terms["teacher"] = LIKE_TEACHER * teacher.loss(features[:len(asked)].float(), *wanted)
            descend(terms, list(encoder.parameters()), [optimiser], rate(step, args.steps, args.rate))
            step += 1
            for k, v in terms.items():
                running[k] = 0.98 * running.get(k, v.item()) + 0.02 * v.item()
        if step % 60 < USES * CLIPS * FRAMES // BATCH:
            record(args.out, step, time.time() - began, **running)
        if time.time() - last > SAVED_S or step >= args.steps:
            last = time.time()
            source = shards(args.data / "train", *arrays)   # there may be more by now
            report = measure(config, encoder, shards(args.data / "test", "frames"))
            record(args.out, step, time.time() - began, **report)
            save(args.out / "last.pt", encoder=encoder.state_dict(), optimiser=optimiser.state_dict(), step=step)


if __name__ == "__main__":
    main()
