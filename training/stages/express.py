"""Trains everything in one go on a GPU, on clips that the processors render meanwhile: `python -m stages.express --seconds 670`.

The first part of the time is the encoder's; then every clip is played through it, and the transformers learn; in the last
part all of it learns together. Each part keeps what it came to: `runs/encoder`, `runs/reasoner`, and both of
`runs/together`. Rates follow the time, not the steps: the run is over when it was said to be. It does not resume;
`--encoder` and `--reasoner` start from an earlier run's `last.pt`. With `--together-seconds` as long as the whole run, the
last part is all of it: that is what processors alone can do in an hour.
"""
from __future__ import annotations

import argparse
import os
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import torch

from language.tokenizer import Tokenizer
from network.config import Config
from network.encoder import Encoder
from network.model import Network

from .arrivals import Arrivals
from .checkpoint import load, start_from
from .express_draws import CLIPS, PLAYED, both_sides, joined, one_side, played
from .express_fits import Clock, fit_encoder, fit_reasoner
from .express_together import RATE, at_once, fit_together, with_background
from .pool import Pool
from .reasoner import begin, tie
from .rendering import CHUNK, Chunk, Rendering

CLIP_S = 48.0
FIRST_SEED, HELD_OUT_SEED = 100_000_000, 900_000_000
HELD_OUT_CHUNKS, WAITING = 6, 64
CLIP_BYTES, PLAYED_BYTES, BACKGROUND_BYTES = 10.5e6, 3.5e6, 20.5e6
"""Of a clip with its frames, of a side of it with its features instead, and of a clip with frames and backgrounds."""
FOR_CLIPS, FOR_PLAYED, FOR_BACKGROUND = 0.25, 0.55, 0.35
"""Shares of the device's memory."""
UNITS = 2048
"""Of a batch of the last part."""
RECENT = 2048
"""Clips that are kept as they were rendered, to begin the last part with: 21 GB of the machine's memory."""


def rooms(device: torch.device, asked: int | None) -> tuple[int, int, int]:
    """Clips that there is room for with their frames, sides of clips with their features, and clips with their backgrounds."""
    if asked:
        return asked, asked, asked
    memory = torch.cuda.get_device_properties(device).total_memory
    return int(memory * FOR_CLIPS / CLIP_BYTES), int(memory * FOR_PLAYED / PLAYED_BYTES), int(memory * FOR_BACKGROUND / BACKGROUND_BYTES)


def networks(config: Config, tokenizer: Tokenizer, encoder_run: Path | None, reasoner_run: Path | None) -> tuple[Encoder, Network]:
    torch.manual_seed(0)
    encoder, network = Encoder(config), Network(config, len(tokenizer))
    if encoder_run:
        start_from(encoder, load(encoder_run)["encoder"])
    if reasoner_run:
        begin(network, tokenizer, load(reasoner_run))
    else:
        tie(network, tokenizer)
    return encoder, network


@dataclass
class Run:
    """The three parts of a run, and what they share."""
    config: Config
    device: torch.device
    clock: Clock
    arrivals: Arrivals
    apart: Arrivals
    rooms: tuple[int, int, int]
    out: Path
    words: list[str]

    @cached_property
    def held_out(self) -> list[Chunk]:
        return self.apart.wait(HELD_OUT_CHUNKS)

    def empty(self, pool: Pool) -> None:
        pool.arrays.clear()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def see(self, encoder: Encoder, until: float) -> Pool:
        """Teaches the encoder. Returns the clips that it has seen last."""
        pool = Pool(self.device, self.rooms[0])
        for chunk in self.arrivals.wait(max(1, min(CLIPS, pool.room) // CHUNK)):
            pool.add(chunk)
        fit_encoder(self.config, encoder, pool, self.arrivals, self.clock, until, self.out / "encoder")
        return pool

    def tell(self, network: Network, encoder: Encoder, seen: Pool, until: float) -> tuple[Network, deque[Chunk]]:
        """Teaches the transformers, first on clips that the encoder has seen. Returns what they have become, and the clips that came last."""
        pool, held_out = Pool(self.device, self.rooms[1]), Pool(self.device, HELD_OUT_CHUNKS * CHUNK)
        for part in torch.arange(seen.count, device=self.device).split(PLAYED):
            for side in both_sides(self.config, encoder, joined([{k: v[part] for k, v in seen.arrays.items()}], self.device)):
                pool.add(side)
        self.empty(seen)
        held_out.add(played(self.config, encoder, one_side(self.config, joined(self.held_out, self.device), False)))
        recent: deque[Chunk] = deque(maxlen=max(1, min(RECENT, self.rooms[2]) // CHUNK))
        network = fit_reasoner(self.config, network, encoder, pool, held_out, self.arrivals, self.clock, until, self.out / "reasoner", self.words, recent)
        self.empty(pool)
        return network, recent

    def together(self, network: Network, encoder: Encoder, recent: deque[Chunk], until: float, units: int, peak: float) -> None:
        """Teaches all of it, first on the clips that came last."""
        pool, held_out = Pool(self.device, self.rooms[2]), Pool(self.device, HELD_OUT_CHUNKS * CHUNK)
        held_out.add(with_background(self.config, encoder, self.held_out, self.device))
        if not recent:
            recent.extend(self.arrivals.wait(max(1, min(CLIPS, pool.room // 4) // CHUNK)))
        while recent:
            some = [recent.popleft() for _ in range(min(len(recent), at_once(pool)))]
            pool.add(with_background(self.config, encoder, some, self.device))
        fit_together(self.config, network, encoder, pool, held_out, self.arrivals, self.clock, until, self.out / "together", self.words, units, peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=670.0, help="of the whole run")
    parser.add_argument("--encoder-seconds", type=float, default=180.0, help="when the encoder is done; 0 leaves it as it is")
    parser.add_argument("--together-seconds", type=float, default=220.0, help="at the end, for all of it together; 0 leaves that out")
    parser.add_argument("--together-units", type=int, default=UNITS, help="of a batch there")
    parser.add_argument("--together-rate", type=float, default=RATE, help="at which it begins")
    parser.add_argument("--out", type=Path, default=Path("runs"))
    parser.add_argument("--encoder", type=Path, help="an earlier encoder to start from")
    parser.add_argument("--reasoner", type=Path, help="earlier transformers to start from, word by word")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 2), help="processes that render")
    parser.add_argument("--room", type=int, help="clips that are kept to draw from; else as many as the GPU's memory holds")
    parser.add_argument("--device", default="cuda")
    args = parser.parse_args()
    clock, config, tokenizer, device = Clock(), Config(), Tokenizer(), torch.device(args.device)
    with Rendering(config, args.first_seed, CLIP_S, args.workers) as rendering, Rendering(config, HELD_OUT_SEED, CLIP_S, 1, 0.0) as apart:
        waiting = min(WAITING, max(1, args.room // CHUNK // 4)) if args.room else WAITING   # where room is asked for, memory is short
        arrivals, kept_apart = Arrivals(rendering, device, waiting), Arrivals(islice(apart, HELD_OUT_CHUNKS), device, HELD_OUT_CHUNKS)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
        encoder, network = networks(config, tokenizer, args.encoder, args.reasoner)
        encoder, network = encoder.to(device, memory_format=torch.channels_last), network.to(device)
        run = Run(config, device, clock, arrivals, kept_apart, rooms(device, args.room), args.out, tokenizer.words)
        telling_ends, recent = args.seconds - args.together_seconds, deque[Chunk]()
        if telling_ends > 0:
            seen = run.see(encoder, args.encoder_seconds)
            network.encoder.load_state_dict(encoder.state_dict())
            network, recent = run.tell(network, encoder, seen, telling_ends)
        if args.together_seconds:
            run.together(network, encoder, recent, args.seconds, args.together_units, args.together_rate)
        print(f"{arrivals.come} clips of {CLIP_S:.0f} s in {clock.now:.0f} s", flush=True)


if __name__ == "__main__":
    main()
