"""Renders the page's sample clips and lists them: `python -m stages.sample` writes ../client/sample. Needs no PyTorch."""
from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from samples import desk, door, street
from samples.scene import SECONDS, SampleScene
from world.events import find_events
from world.scene import film

from .codec import write_video

OUT = Path(__file__).parents[2] / "client/sample"
WIDTH, HEIGHT, FPS = 1280, 720, 25


@dataclass(frozen=True)
class Sample:
    name: str
    title: str
    about: str
    """What happens, in a sentence that gives no answer away."""
    scene: SampleScene
    seed: int
    """One of which the bundled model tells every event, and nothing else."""
    quality: int
    """Constant rate factor: what keeps the file below 600 kB."""


SAMPLES = (
    Sample("street", "Street", "Cars drive by, one of them waits, and people walk along the pavement.", street.SCENE, 107, 33),
    Sample("desk", "Desk", "Hands put things on a desk and take them away, and balls roll by.", desk.SCENE, 507, 29),
    Sample("door", "Door", "People walk by, ring, or meet in front of a door, and a dog runs past.", door.SCENE, 531, 33),
)
"""The first one is what the page shows unasked."""


def write(sample: Sample, folder: Path) -> None:
    scene, path = sample.scene, folder / f"{sample.name}.mp4"
    actors = scene.cast(np.random.default_rng([sample.seed, 1]))
    if actors is None:
        raise ValueError(f"seed {sample.seed} of {sample.name} does not work out")
    standing = scene.paint(2 * WIDTH, 2 * HEIGHT)
    write_video(film(scene.stage, scene.light, actors, standing, SECONDS, FPS), WIDTH, HEIGHT, FPS, sample.quality, path)
    for event in find_events(actors, None, SECONDS):
        print(f"{event.t:6.2f} s  {event.colour} {event.kind} {event.verb} {event.place or ''} {' '.join(event.other or ())}".rstrip())
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[sample.name for sample in SAMPLES], help="renders one of them and lists none")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        if args.only in (None, sample.name):
            write(sample, args.out)
    if args.only is None:
        rows = [{"file": f"{s.name}.mp4", "title": s.title, "about": s.about, "seconds": round(SECONDS)} for s in SAMPLES]
        (args.out / "samples.json").write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
