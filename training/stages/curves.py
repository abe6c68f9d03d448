"""Draws how training went: `python -m stages.curves` writes curves.svg from the runs' curves.jsonl."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt

BOTH = ("text", "events", "held_out_text", "held_out_events")
PANELS = {
    "encoder": [("losses", ("state", "velocity", "colour", "kind", "offset", "size")),
                ("held-out", ("moving_f1", "standing_f1", "direction", "colour", "kind"))],
    "reasoner": [("losses", BOTH)],
    "together": [("losses", BOTH)],
}
SHARES = "moving_f1"
"""Marks a row of what an encoder reaches, where other rows have losses of the same names."""


def rows_of(folder: Path) -> list[dict]:
    path = folder / "curves.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=Path("curves.svg"))
    args = parser.parse_args()
    rows = {run: rows_of(args.runs / run) for run in PANELS}
    panels = [(run, title, names) for run, parts in PANELS.items() for title, names in parts if any(names[0] in row for row in rows[run])]
    figure, axes = plt.subplots(1, len(panels), figsize=(5 * len(panels), 3.2), layout="constrained")
    for axis, (run, title, names) in zip(axes, panels):
        for name in names:
            points = [(r["step"], r[name]) for r in rows[run] if name in r and (SHARES in r) == (title == "held-out")]
            if points:
                axis.plot(*zip(*points), label=name, linewidth=1.2)
        axis.set(title=f"{run}: {title}", xlabel="steps", ylim=(0, 1 if title == "held-out" else None))
        axis.grid(alpha=0.3)
        if axis.lines:
            axis.legend(fontsize=7)
    figure.savefig(args.out, metadata={"Date": None})
    print(args.out)


if __name__ == "__main__":
    main()
