"""Measures the rendered world against real video: `python -m stages.likeness --video FOLDER` writes the table into README.md and likeness.svg.

Nothing is trained on the videos.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from likeness.measures import Observations, measure, together
from likeness.sources import of_video, of_world
from likeness.table import rows, said_aside, said_outside

VIDEO = Path("../../shared/video")
SUFFIXES = (".mp4", ".mkv", ".webm", ".mov", ".avi")
FIRST_SEED = 940_000_000
BEGIN, END = "<!-- likeness: written by stages.likeness -->", "<!-- /likeness -->"


def videos(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES) if folder.is_dir() else []


def of_clips(clips: int, seconds: float) -> Observations:
    return together([measure(of_world(FIRST_SEED + i, seconds)) for i in range(clips)])


def written(page: str, lines: list[str]) -> str:
    """The page with the table between its two marks."""
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"the page must have one {BEGIN} and, after it, one {END}")
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path, default=VIDEO, help="folder of videos of fixed cameras")
    parser.add_argument("--clips", type=int, default=60, help="of the world")
    parser.add_argument("--seconds", type=float, default=16.0, help="of a clip, and of a stretch of a video")
    parser.add_argument("--page", type=Path, default=Path("README.md"), help="where the table goes, between two marks")
    parser.add_argument("--figure", type=Path, default=Path("likeness.svg"))
    parser.add_argument("--observations", type=Path, help="also writes all that was measured, as JSON")
    args = parser.parse_args()
    found = videos(args.video)
    if not found:
        print(f"{args.video} has no videos: nothing is measured")
        return
    from likeness.figure import draw  # with matplotlib, which the tests do without

    real = {path.stem: together([measure(stretch) for stretch in of_video(path, args.seconds)]) for path in found}
    world = of_clips(args.clips, args.seconds)
    args.page.write_text(written(args.page.read_text(), rows(real, world)))
    draw(real, world, args.figure)
    if args.observations:
        args.observations.write_text(json.dumps({"world": world, **real}))
    print("Outside of the world's 5 to 95 %:", *said_outside(real, world), sep="\n")
    print("Beside the world's middle, all of them:", *said_aside(real, world), sep="\n")


if __name__ == "__main__":
    main()
