"""Writes rotary-golden.json: cos and sin as transformers computes them (torch 2.13, transformers 5.19; float32).

python test/cache/write_rotary_golden.py > test/cache/rotary-golden.json
"""

import json

import torch
from transformers import LlamaConfig, Qwen2VLTextConfig, Qwen3VLTextConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
from transformers.models.qwen2_vl.modeling_qwen2_vl import Qwen2VLRotaryEmbedding
from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLTextRotaryEmbedding

POSITIONS = [[0, 0, 0], [7, 7, 7], [3, 10, 5], [250, 31, 17]]

CASES = [
    ("llama", LlamaConfig, LlamaRotaryEmbedding, 100_000.0, None, False),
    ("qwen2-vl", Qwen2VLTextConfig, Qwen2VLRotaryEmbedding, 1_000_000.0, [16, 24, 24], False),
    ("qwen3-vl", Qwen3VLTextConfig, Qwen3VLTextRotaryEmbedding, 5_000_000.0, [24, 20, 20], True),
]


def turns(config_class, embedding_class, base, sections, interleaved):
    width = 128 if sections else 64
    rope = {"rope_type": "default", "rope_theta": base}
    if sections:
        rope |= {"mrope_section": sections, "mrope_interleaved": interleaved}
    config = config_class(
        hidden_size=2 * width,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=width,
        rope_parameters=rope,
    )
    embedding = embedding_class(config)
    positions = [p for p in POSITIONS if sections or len(set(p)) == 1]
    for position in positions:
        ids = torch.tensor(position).view(3, 1, 1) if sections else torch.tensor([[position[0]]])
        cos, sin = (x.flatten()[: width // 2] for x in embedding(torch.zeros(1), ids))
        rounded = [[round(x, 5) for x in part.tolist()] for part in (cos, sin)]
        yield {"position": position if sections else position[0], "cos": rounded[0], "sin": rounded[1]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = []
    for name, config_class, embedding_class, base, sections, interleaved in CASES:
        values = list(turns(config_class, embedding_class, base, sections, interleaved))
        rope = {"base": base} | ({"sections": sections, "interleaved": interleaved} if sections else {})
        cases.append({"name": name, "rope": rope, "values": values})
    print(json.dumps(cases))
