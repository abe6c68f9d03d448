"""Clips rendered beside training, and told many times, by processes that go on until they are stopped."""
from __future__ import annotations

import itertools
import multiprocessing
import os
import queue
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import torch

from language.thoughts import by_unit
from language.tokenizer import Tokenizer
from network.config import Config
from network.sequence import pack
from world import Clip, Plan

from .choice import chosen
from .codec import taken
from .generate import cells_of
from .movers import of_units
from .presence import Presence, last_frames, presence_of
from .reasoner import targets_of
from .telling import LATE, QUESTIONS, USUAL_QUESTION_TOKENS, mirrored, script, tell_as_people_do, unit_ends

LENGTHS = (16, 20, 26, 32, 40, 50, 64, 80, 96)
"""Units of a piece: each clip is told in all of these."""
TELLINGS = 2
"""Of each length, and as many of it in a mirror."""
CHUNK = 16
"""Clips that a process hands over at once."""
CLOCKS = 1000
AMONG, PLAIN = 3, 0.5
"""A clip is the one of so many seeds of which there is most to tell; as large a share as that is whatever comes, as most of a
camera's time is. Of the busy alone a network learned, and what it knew of the others was no better for it."""
DISTURBED = 0.3
"""Share of the busy clips in which something happens to the whole picture: rare enough in the world to be learnt badly."""
POLITE = 19
"""Niceness of who renders: the process that trains goes first, or the GPU waits for it."""

Chunk = dict[str, torch.Tensor]


def tokens_of(length: int) -> int:
    """Room of a piece of so many units: that of a lively one and its questions. What is longer is cut."""
    return 96 + 6 * length


def told(config: Config, tokenizer: Tokenizer, rng: np.random.Generator, events: list[list], present: Presence, length: int, lateness: float) -> tuple[int, int, np.ndarray]:
    """The first unit of a piece, its clock, and the piece packed."""
    start, clock = int(rng.integers(len(events) - length + 1)), int(rng.integers(CLOCKS))
    text_window = int(rng.integers(config.text_window_tokens // 2, config.text_window_tokens + 1))
    every = int(rng.integers(text_window // 4, text_window // 2 + 1))
    part = slice(start, start + length)
    piece = tell_as_people_do(rng, tokenizer, events[part], present[part], clock, every, lateness)
    room = max(tokens_of(length), piece.tokens + QUESTIONS * USUAL_QUESTION_TOKENS)
    return start, clock, pack(script(rng, tokenizer, piece, room), text_window, tokens_of(length))


def labelled_clip(config: Config, tokenizer: Tokenizer, clip: Clip, rng: np.random.Generator, lateness: float) -> dict[str, np.ndarray]:
    """Frames, what their cells hold, who is there in each unit, what happens in it, and the clip as it is told: as it is, then
    mirrored."""
    cells = cells_of(clip)
    present = presence_of(config, cells, last_frames(config, len(clip.frames)))
    events = by_unit(clip.events, unit_ends(config, len(present)))
    movers = of_units(config, cells)
    row = {"frames": clip.frames, **cells, **movers, "classes": targets_of(events).bool().numpy()}
    sides = events, mirrored(events)
    for length in LENGTHS:
        pieces = [told(config, tokenizer, rng, side, present, length, lateness) for side in sides for _ in range(TELLINGS)]
        row[f"begin{length}"] = np.array([p[:2] for p in pieces], np.int16)
        row[f"packed{length}"] = np.stack([p[2] for p in pieces])
    return row


def planned(first_seed: int, seconds: float, plain: bool) -> Plan:
    return chosen(first_seed, 1, seconds) if plain else chosen(first_seed, AMONG, seconds, disturbed=DISTURBED)


def render_chunk(config: Config, tokenizer: Tokenizer, first_seed: int, seconds: float, lateness: float) -> Chunk:
    clips = (taken(planned(first_seed + i * AMONG, seconds, i < PLAIN * CHUNK), config) for i in range(CHUNK))
    rows = [labelled_clip(config, tokenizer, clip, np.random.default_rng([clip.seed, 4]), lateness) for clip in clips]
    return {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}


def work(config: Config, first_seed: int, seconds: float, lateness: float, worker: int, workers: int, folder: Path, ready: multiprocessing.Queue) -> None:
    torch.set_num_threads(1)
    os.nice(POLITE)
    tokenizer, parent = Tokenizer(), os.getppid()
    for n in itertools.count(worker, workers):
        if os.getppid() != parent:   # it was killed: nobody waits for this any more
            return
        path = folder / f"{n}.pt"
        torch.save(render_chunk(config, tokenizer, first_seed + n * CHUNK * AMONG, seconds, lateness), path)
        ready.put(path)


class Rendering:
    """Processes that render chunks of clips from a seed on; iterating gives chunks as they come."""

    def __init__(self, config: Config, first_seed: int, seconds: float, workers: int, lateness: float = LATE) -> None:
        shared = Path("/dev/shm")
        roomy = shared.is_dir() and shutil.disk_usage(shared).free > 8e9
        self.folder = Path(tempfile.mkdtemp(dir=shared if roomy else None))
        context = multiprocessing.get_context("fork")   # before anything is on a device
        self.ready: multiprocessing.Queue = context.Queue(workers)
        self.processes = [context.Process(target=work, args=(config, first_seed, seconds, lateness, w, workers, self.folder, self.ready), daemon=True)
                          for w in range(workers)]

    def __enter__(self) -> Rendering:
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in self.processes:
            process.terminate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __iter__(self) -> Iterator[Chunk]:
        while True:
            try:
                path = self.ready.get(timeout=5)
            except queue.Empty:
                if not any(p.is_alive() for p in self.processes):
                    raise RuntimeError("every process that renders has ended: see what they printed") from None
                continue
            chunk = torch.load(path, weights_only=True, mmap=True)
            path.unlink()
            yield chunk
