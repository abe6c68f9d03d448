"""Clips whose units are sentences, for `npm run eval -- --prompted URL`: `python -m stages.sentences` writes them as JSON.

The sentence of a unit tells the state of the picture at the unit's end, as a camera shows it: who is in it, on which side,
moving in which direction or standing. It is read off the movers' tracks, not off the events, so that it stays the same
while nothing changes and also changes where no event is labelled: a car that drives from the left to the middle. Of the
events are kept those that can be read off two such sentences.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from language.thoughts import by_unit, clause, named
from world import plan_clip
from world.actors import Actor
from world.events import MOST_HIDDEN, direction
from world.trajectories import RATE
from world.visibility import IN

FIRST_SEED = 980_000_000
UNIT_S = 1.0
SEEN = ("enters", "leaves", "appears", "vanishes", "starts", "stops", "turns", "put down", "taken")
"""Events that change a sentence."""
EMPTY = "In the picture: nobody, only the empty place."
SIDES = ("on the left", "in the middle", "on the right")


def told(actor: Actor, sample: int) -> str | None:
    """`a red car on the left, moving right`; None if it is not to be seen."""
    track, sight = actor.track, actor.track.sight
    if not track.shown[sample] or sight.visible[sample] < IN or sight.hidden[sample] > MOST_HIDDEN:
        return None
    x = float(np.clip(sight.clipped[sample, [0, 2]].mean(), 0, 0.999))
    before = max(0, sample - RATE // 2)
    does = f"moving {direction(sight.centre[sample] - sight.centre[before])}" if track.moving[sample] else "standing"
    return f"{named(actor.colour, actor.kind)} {SIDES[int(x * 3)]}, {does}"


def sentence(actors: list[Actor], sample: int) -> str:
    """Everybody in the order of their coming into the clip's cast, which never changes."""
    who = [text for actor in actors if (text := told(actor, sample)) is not None]
    return f"In the picture: {'; '.join(who)}." if who else EMPTY


def read_clip(seed: int, units: int) -> dict:
    """A clip as JSON has it: `says` are [first unit, sentence] wherever the sentence is a new one, `happens` [unit, event]."""
    plan = plan_clip(seed, units * UNIT_S, disturbed=0.0)
    ends = np.arange(1, units + 1) * UNIT_S - 1 / RATE
    says: list[tuple[int, str]] = []
    for unit, end in enumerate(ends):
        text = sentence(plan.actors, round(end * RATE))
        if not says or says[-1][1] != text:
            says.append((unit, text))
    events = by_unit([event for event in plan.events if event.verb in SEEN], ends)
    return {"seed": seed, "units": units, "says": says,
            "happens": [(unit, clause(event)) for unit, happened in enumerate(events) for event in happened]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="number of the first clip; its seed follows from it")
    parser.add_argument("--units", type=int, default=30, help=f"of {UNIT_S:g} s each")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "bench/prompting/clips.json")
    args = parser.parse_args()
    clips = [read_clip(FIRST_SEED + i, args.units) for i in range(args.first, args.first + args.clips)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(json.dumps(clip, separators=(",", ":")) for clip in clips)
    args.out.write_text(f'{{"unitSeconds":{UNIT_S:g},"clips":[\n{rows}\n]}}\n')
    happened = sum(len({unit for unit, _ in clip["happens"]}) for clip in clips)
    changed = sum(len(clip["says"]) - 1 for clip in clips)
    print(f"{args.out}: {len(clips)} clips, {len(clips) * args.units} units; something happens in {happened}, the sentence is a new one in {changed}")


if __name__ == "__main__":
    main()
