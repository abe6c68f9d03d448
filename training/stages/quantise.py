"""Writes a bundle in fewer bits: `python -m stages.quantise --bits 8 --out runs/street-narrator-int8`.

8 bits: the stacks' matrices are kept in steps of their columns, and computed with in float32 (`stages/eight_bits.py`). The
eyes' convolutions compute in whole numbers, in ranges calibrated on training clips. Their weights have a bit to
spare: on processors without VNNI, onnxruntime adds up pairs of products in 16 bits, and cuts off what is larger.
4 bits: weights of the stacks in blocks of 32 columns; the eyes stay as they are.
`npm run eval -- --model` and `npm run bench -- --model` tell what it costs and gains.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process

from network.config import Config

from .eight_bits import in_steps
from .served_eyes import ServedEyes, opened
from .shards import shards

CLIPS, UNITS, BLOCK = 24, 24, 32
EVERY = 4
"""Of the frames that are played, those that ranges are calibrated on."""


class Plays(CalibrationDataReader):
    """What a graph is given while clips play."""

    def __init__(self, rows: Iterator[dict[str, np.ndarray]]) -> None:
        self.rows = rows

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.rows, None)


def clips(data: Path) -> Iterator[np.ndarray]:
    """Frames [T,H,W,3] of some training clips."""
    found = shards(data, "frames")
    if not found:
        raise SystemExit(f"no clips with frames in {data}: run `python -m stages.generate` first")
    shard = found[0]
    for clip in range(CLIPS):
        yield np.array(shard.array("frames")[clip])


def through_one(eyes: Path, data: Path, frames_per_unit: int, fps: float) -> Iterator[dict[str, np.ndarray]]:
    """What eyes of one graph are given."""
    session = opened(eyes)
    for frames in clips(data):
        blank = np.zeros((1, 3, *frames.shape[1:3]), np.float32)
        state = {"previous": blank, "background": blank, "seen": np.zeros(1, np.float32)}
        for unit in range(UNITS):
            pictures = frames[None, unit * frames_per_unit:(unit + 1) * frames_per_unit]
            seconds = np.full((1, frames_per_unit), 1 / fps, np.float32)
            row = {"frames": pictures, "seconds": seconds, **state}
            yield row
            _, *after, _ = session.run(None, row)
            state = dict(zip(state, after))


def through_parts(folder: Path, data: Path, frames_per_unit: int) -> Iterator[dict[str, np.ndarray]]:
    """What the convolutions are given, of eyes of four graphs."""
    eyes = ServedEyes(Config(), folder)
    for frames in clips(data):
        for t, (channels, _) in enumerate(eyes.watch(frames[None, :UNITS * frames_per_unit])):
            if t % EVERY == 0:
                yield {"channels": channels}


def eight(source: Path, target: Path, manifest: dict, data: Path) -> None:
    for name in manifest["graphs"]["visual"] + manifest["graphs"]["text"]:
        in_steps(source / name, target / name)
    eyes, vision = manifest["graphs"]["eyes"], manifest["vision"]
    if isinstance(eyes, str):
        name, rows = eyes, through_one(source / eyes, data, vision["frames_per_unit"], vision["fps"])
    else:
        name, rows = eyes["encode"], through_parts(source, data, vision["frames_per_unit"])
    with TemporaryDirectory() as folder:   # its nodes have names, and its sums are known
        prepared = Path(folder) / name
        quant_pre_process(source / name, prepared, skip_symbolic_shape=True)
        quantize_static(prepared, target / name, Plays(rows), quant_format=QuantFormat.QDQ, op_types_to_quantize=["Conv", "Add", "Relu"],
                        per_channel=True, reduce_range=True, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8)


def four(source: Path, target: Path, manifest: dict) -> None:
    for name in manifest["graphs"]["visual"] + manifest["graphs"]["text"]:
        quantiser = MatMulNBitsQuantizer(onnx.load(source / name), block_size=BLOCK, is_symmetric=True, bits=4)
        quantiser.process()
        quantiser.model.save_model_to_file(str(target / name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("../models/street-narrator"))
    parser.add_argument("--bits", type=int, choices=(8, 4), required=True)
    parser.add_argument("--data", type=Path, default=Path("runs/data/train"))
    parser.add_argument("--id", help="of the bundle that is written")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    shutil.copytree(args.bundle, args.out, dirs_exist_ok=True)
    manifest = json.loads((args.out / "bundle.json").read_text())
    eight(args.bundle, args.out, manifest, args.data) if args.bits == 8 else four(args.bundle, args.out, manifest)
    manifest["id"] = args.id or f"{manifest['id']}-int{args.bits}"
    manifest["files"] = {name: hashlib.sha256((args.out / name).read_bytes()).hexdigest() for name in manifest["files"]}
    (args.out / "bundle.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{args.out}: {sum(f.stat().st_size for f in args.out.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
