"""Writes a SmolVLM checkpoint as llama.cpp takes it: text.gguf and eyes.gguf, with matrices of 8 bits (Q8_0).

    python write_gguf.py CHECKPOINT FOLDER SIDE

CHECKPOINT is a folder in the layout of the Hugging Face hub. SIDE is the side of its pictures (px): where it is smaller
than the checkpoint's own, every so manieth row and column of the learned positions is taken, as transformers does it.
"""

import json
import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from gguf.quants import quantize

Q8 = GGMLQuantizationType.Q8_0


class Tensors:
    """The tensors of model.safetensors, as 32-bit numbers."""

    def __init__(self, path: Path):
        self.data = np.memmap(path, np.uint8, "r")
        length = int(self.data[:8].view(np.uint64)[0])
        self.header = json.loads(self.data[8 : 8 + length].tobytes())
        self.start = 8 + length

    def __call__(self, name: str) -> np.ndarray:
        entry = self.header[name]
        begin, end = (self.start + offset for offset in entry["data_offsets"])
        raw = np.frombuffer(self.data[begin:end].tobytes(), np.uint8)
        if entry["dtype"] == "BF16":
            values = (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        else:
            values = raw.view({"F16": np.float16, "F32": np.float32}[entry["dtype"]])
        return values.astype(np.float32).reshape(entry["shape"])


def finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_matrix(writer: GGUFWriter, name: str, values: np.ndarray) -> None:
    writer.add_tensor(name, quantize(values, Q8), raw_dtype=Q8)


def in_pairs(weights: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key in the order in which llama.cpp rotates them: pairs side by side."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def add_tokenizer(writer: GGUFWriter, source: Path, text: dict) -> None:
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    config = json.loads((source / "tokenizer_config.json").read_text())
    names = [f"[PAD{index}]" for index in range(text["vocab_size"])]
    kinds = [int(TokenType.UNUSED)] * len(names)
    for name, index in tokenizer["model"]["vocab"].items():
        names[index], kinds[index] = name, int(TokenType.NORMAL)
    ids = {}
    for token in tokenizer["added_tokens"]:
        index = ids[token["content"]] = token["id"]
        names[index], kinds[index] = token["content"], int(TokenType.CONTROL)
    merges = [" ".join(merge) if isinstance(merge, list) else merge for merge in tokenizer["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(names)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(ids[config["eos_token"]])
    writer.add_add_bos_token(False)
    writer.add_chat_template(config["chat_template"])


def write_text(path: Path, source: Path, config: dict, tensors: Tensors) -> None:
    text = config["text_config"]
    heads, kv_heads = text["num_attention_heads"], text["num_key_value_heads"]
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(text["max_position_embeddings"])
    writer.add_embedding_length(text["hidden_size"])
    writer.add_block_count(text["num_hidden_layers"])
    writer.add_feed_forward_length(text["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_key_length(text["head_dim"])
    writer.add_value_length(text["head_dim"])
    writer.add_rope_dimension_count(text["head_dim"])
    writer.add_rope_freq_base(text["rope_theta"])
    writer.add_layer_norm_rms_eps(text["rms_norm_eps"])
    writer.add_vocab_size(text["vocab_size"])
    add_tokenizer(writer, source, text)
    add_matrix(writer, "token_embd.weight", tensors("model.text_model.embed_tokens.weight"))
    writer.add_tensor("output_norm.weight", tensors("model.text_model.norm.weight"))
    add_matrix(writer, "output.weight", tensors("lm_head.weight"))
    for layer in range(text["num_hidden_layers"]):

        def get(part: str, layer: int = layer) -> np.ndarray:
            return tensors(f"model.text_model.layers.{layer}.{part}.weight")

        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", get("input_layernorm"))
        writer.add_tensor(f"{block}.ffn_norm.weight", get("post_attention_layernorm"))
        add_matrix(writer, f"{block}.attn_q.weight", in_pairs(get("self_attn.q_proj"), heads))
        add_matrix(writer, f"{block}.attn_k.weight", in_pairs(get("self_attn.k_proj"), kv_heads))
        add_matrix(writer, f"{block}.attn_v.weight", get("self_attn.v_proj"))
        add_matrix(writer, f"{block}.attn_output.weight", get("self_attn.o_proj"))
        for ours, theirs in (("gate", "gate_proj"), ("up", "up_proj"), ("down", "down_proj")):
            add_matrix(writer, f"{block}.ffn_{ours}.weight", get(f"mlp.{theirs}"))
    finish(writer)


def write_eyes(path: Path, config: dict, tensors: Tensors, side: int) -> None:
    vision, text = config["vision_config"], config["text_config"]
    patch, width = vision["patch_size"], vision["hidden_size"]
    writer = GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_file_type(Q8)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    writer.add_string("clip.projector_type", "idefics3")
    for name, number in {
        "image_size": side,
        "preproc_image_size": side,
        "patch_size": patch,
        "embedding_length": width,
        "feed_forward_length": vision["intermediate_size"],
        "projection_dim": text["hidden_size"],
        "block_count": vision["num_hidden_layers"],
        "attention.head_count": vision["num_attention_heads"],
        "projector.scale_factor": config["scale_factor"],
    }.items():
        writer.add_uint32(f"clip.vision.{name}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", vision.get("layer_norm_eps", 1e-6))
    for name in ("image_mean", "image_std"):
        writer.add_array(f"clip.vision.{name}", [0.5, 0.5, 0.5])

    eyes = "model.vision_model"
    rows, table = side // patch, vision["image_size"] // patch
    places = np.arange(rows) * table // rows
    positions = tensors(f"{eyes}.embeddings.position_embedding.weight").reshape(table, table, width)
    writer.add_tensor("v.patch_embd.weight", tensors(f"{eyes}.embeddings.patch_embedding.weight"))
    writer.add_tensor("v.patch_embd.bias", tensors(f"{eyes}.embeddings.patch_embedding.bias"))
    writer.add_tensor(
        "v.position_embd.weight", np.ascontiguousarray(positions[np.ix_(places, places)]).reshape(-1, width)
    )
    parts = {
        "attn_q": "self_attn.q_proj",
        "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj",
        "attn_out": "self_attn.out_proj",
        "ffn_up": "mlp.fc1",
        "ffn_down": "mlp.fc2",
        "ln1": "layer_norm1",
        "ln2": "layer_norm2",
    }
    for layer in range(vision["num_hidden_layers"]):
        for ours, theirs in parts.items():
            name = f"{eyes}.encoder.layers.{layer}.{theirs}"
            weight = tensors(f"{name}.weight")
            if weight.ndim == 2:
                add_matrix(writer, f"v.blk.{layer}.{ours}.weight", weight)
            else:
                writer.add_tensor(f"v.blk.{layer}.{ours}.weight", weight)
            writer.add_tensor(f"v.blk.{layer}.{ours}.bias", tensors(f"{name}.bias"))
    writer.add_tensor("v.post_ln.weight", tensors(f"{eyes}.post_layernorm.weight"))
    writer.add_tensor("v.post_ln.bias", tensors(f"{eyes}.post_layernorm.bias"))
    add_matrix(writer, "mm.model.fc.weight", tensors("model.connector.modality_projection.proj.weight"))
    finish(writer)


if __name__ == "__main__":
    source, target, side = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    target.mkdir(parents=True, exist_ok=True)
    config = json.loads((source / "config.json").read_text())
    tensors = Tensors(source / "model.safetensors")
    write_text(target / "text.gguf", source, config, tensors)
    write_eyes(target / "eyes.gguf", config, tensors, side)
