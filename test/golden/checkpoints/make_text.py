"""
Writes what the checkpoints of `make.py` lack for the text stacks, in the same way:

- `llama`: a checkpoint without eyes, in half precision, with biases wherever Llama can have them, and three shards.
- `qwen3-vl/deep.safetensors`: the text stack fed with random hidden states at random positions on three axes, and with
  random features after its first layers (DeepStack). `inputs`, `positions`, `deep.0`, `deep.1`; then `hidden` after each
  layer but the last, features included, and `logits`.

    python make_text.py        # after make.py
"""

import json
import shutil

import torch
import transformers as hf
from safetensors.torch import save_file

from make import HERE, TEXT, randomise
from tiny_tokenizer import tokenizer

TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are "
    "a helpful assistant.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@torch.no_grad()
def llama() -> None:
    folder = HERE / "llama"
    shutil.rmtree(folder, ignore_errors=True)
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    words = tokenizer(tokens, False, "<|im_end|>", "<|endoftext|>")
    words.chat_template = TEMPLATE
    config = hf.LlamaConfig(
        **{**TEXT, "hidden_size": 36, "intermediate_size": 48},
        head_dim=16,
        attention_bias=True,
        mlp_bias=True,
        rope_parameters={"rope_type": "default", "rope_theta": 50000.0},
        tie_word_embeddings=True,
        eos_token_id=words.eos_token_id,
    )
    model = hf.LlamaForCausalLM(config)
    randomise(model, torch.float16)
    model.tie_weights()
    model.to(torch.float16).save_pretrained(folder, max_shard_size="40KB")
    words.save_pretrained(folder)
    (folder / "chat_template.jinja").unlink()
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"chat_template": TEMPLATE}, indent=1) + "\n")
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dtype": "float16"}, indent=1) + "\n")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")

    model = hf.LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = words("A red car enters. What is seen here?", return_tensors="pt")["input_ids"]
    said = model(input_ids=ids, output_hidden_states=True)
    (folder / "golden.json").write_text(json.dumps({"text": {"ids": ids[0].tolist()}}) + "\n")
    hidden = torch.stack([state[0] for state in said.hidden_states])
    save_file({"text.hidden": hidden, "text.logits": said.logits[0, -12:].contiguous()}, folder / "golden.safetensors")
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)


@torch.no_grad()
def deep() -> None:
    folder = HERE / "qwen3-vl"
    model = hf.Qwen3VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    text = model.model.language_model
    chance = torch.Generator().manual_seed(3)
    rows = 17
    inputs = torch.randn(rows, text.config.hidden_size, generator=chance)
    features = [torch.randn(rows, text.config.hidden_size, generator=chance) for _ in range(2)]
    positions = torch.randint(0, 500, (3, rows), generator=chance).sort(dim=1).values
    said = text(
        inputs_embeds=inputs[None],
        position_ids=positions[:, None],
        attention_mask=torch.ones(1, rows, dtype=torch.long),
        visual_pos_masks=torch.ones(1, rows, dtype=torch.bool),
        deepstack_visual_embeds=features,
        output_hidden_states=True,
        use_cache=False,
    )
    # What transformers calls hidden states are those before the features are added.
    after = [state[0] for state in said.hidden_states[1:-1]]
    hidden = [state + features[i] if i < len(features) else state for i, state in enumerate(after)]
    golden = {
        "inputs": inputs,
        "positions": positions.float(),
        "deep.0": features[0],
        "deep.1": features[1],
        "hidden": torch.stack(hidden),
        "logits": model.lm_head(said.last_hidden_state)[0],
    }
    save_file({name: value.contiguous() for name, value in golden.items()}, folder / "deep.safetensors")
    (folder / "deep.safetensors").chmod(0o644)


if __name__ == "__main__":
    torch.set_num_threads(1)
    hf.logging.set_verbosity_error()
    llama()
    deep()
