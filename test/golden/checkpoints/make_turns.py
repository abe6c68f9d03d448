"""
Writes `turns.json`: the positions that transformers gives a chat in which each turn of the user's brings a short video
of its own and text follows, for each family that has three axes of positions. The checkpoints are those of `make.py`.

    python make_turns.py        # torch 2.13, transformers 5.19
"""

import json
from pathlib import Path

import torch
import transformers as hf

HERE = Path(__file__).parent
PREFIX = 3
# Grids of the videos (patches: rows, columns), and how much text follows each.
UNITS = [
    {"grid": grid, "text": text}
    for _ in range(12)
    for grid, text in (((4, 6), 5), ((8, 4), 1), ((4, 4), 9), ((2, 12), 0), ((12, 6), 2))
]


def turns(family: str) -> dict:
    model = hf.AutoModelForImageTextToText.from_pretrained(HERE / family, dtype=torch.float32)
    config = model.config
    start, end = config.vision_start_token_id, config.vision_end_token_id
    # A time as text, where a family has it, is one token.
    time = [7] if family == "qwen3-vl" else []
    ids = [5] * PREFIX
    for unit in UNITS:
        rows, columns = unit["grid"]
        ids += [*time, start, *[config.video_token_id] * (rows * columns // 4), end, *[9] * unit["text"]]
    grids = torch.tensor([[1, *unit["grid"]] for unit in UNITS])
    made = torch.tensor([ids])
    kinds = (made == config.video_token_id).int() * 2
    # Each video lasts a second.
    more = {"second_per_grid_ts": torch.ones(len(UNITS))} if family == "qwen2.5-vl" else {}
    positions, _ = model.model.get_rope_index(made, kinds, video_grid_thw=grids, **more)
    return {"ids": ids, "positions": positions[:, 0].tolist()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    hf.logging.set_verbosity_error()
    golden = {family: turns(family) for family in ("qwen2-vl", "qwen2.5-vl", "qwen3-vl")}
    (HERE / "turns.json").write_text(json.dumps({"prefix": PREFIX, "units": UNITS, "golden": golden}) + "\n")
