"""
Writes a tiny random checkpoint of the true architecture of each family that has eyes, and what transformers says of it.

    python make.py [family ...]        # torch 2.13, transformers 5.19, num2words

Each folder holds a checkpoint as it would be downloaded, and its goldens:

- `golden.json`: pictures' sizes, token ids, positions, texts.
- `golden.safetensors`: pixel values of the processor, features of the tower, hidden states (the embeddings, then after
  each layer, without what DeepStack adds; the last one after the final norm) and logits of the last twelve tokens.

Their pictures are those of `pictures.py`; a unit's frames are numbered one after the other. Weights are random but not
small: every bias and every norm must matter.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers as hf
from safetensors.torch import load_file, save_file
from transformers.video_utils import VideoMetadata

from pictures import frames
from tiny_tokenizer import tokenizer

HERE = Path(__file__).parent
SYSTEM, QUESTION = "You are a helpful assistant.", "What is seen here?"
TEXT = dict(
    vocab_size=300,
    hidden_size=48,
    intermediate_size=64,
    num_hidden_layers=3,
    num_attention_heads=6,
    num_key_value_heads=2,
    max_position_embeddings=4096,
    pad_token_id=None,
    bos_token_id=None,
)
QWEN_TOKENS = [
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    *("<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
]
SMOL_TOKENS = [
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    *("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>", "<row_1_col_1>"),
]
QWEN2_TEMPLATE = (
    "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    "{% endif %}<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n"
    "{% else %}{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or "
    "'image_url' in content %}{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture "
    "{{ image_count.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>{% elif content['type'] == 'video' or "
    "'video' in content %}{% set video_count.value = video_count.value + 1 %}{% if add_vision_id %}Video "
    "{{ video_count.value }}: {% endif %}<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in content %}"
    "{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}"
    "<|im_start|>assistant\n{% endif %}"
)
# Without its tools.
QWEN3_TEMPLATE = """{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].content is string %}
        {{- messages[0].content }}
    {%- else %}
        {%- for content in messages[0].content %}
            {%- if 'text' in content %}
                {{- content.text }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {{- '<|im_end|>\\n' }}
{%- endif %}
{%- set image_count = namespace(value=0) %}
{%- set video_count = namespace(value=0) %}
{%- for message in messages %}
    {%- if message.role == "user" %}
        {{- '<|im_start|>' + message.role + '\\n' }}
        {%- if message.content is string %}
            {{- message.content }}
        {%- else %}
            {%- for content in message.content %}
                {%- if content.type == 'image' or 'image' in content or 'image_url' in content %}
                    {%- set image_count.value = image_count.value + 1 %}
                    {%- if add_vision_id %}Picture {{ image_count.value }}: {% endif -%}
                    <|vision_start|><|image_pad|><|vision_end|>
                {%- elif content.type == 'video' or 'video' in content %}
                    {%- set video_count.value = video_count.value + 1 %}
                    {%- if add_vision_id %}Video {{ video_count.value }}: {% endif -%}
                    <|vision_start|><|video_pad|><|vision_end|>
                {%- elif 'text' in content %}
                    {{- content.text }}
                {%- endif %}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role + '\\n' }}
        {%- if message.content is string %}
            {{- message.content }}
        {%- else %}
            {%- for content_item in message.content %}
                {%- if 'text' in content_item %}
                    {{- content_item.text }}
                {%- endif %}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
SMOL_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}{% if message['content'][0]['type'] == "
    "'image' %}{{':'}}{% else %}{{': '}}{% endif %}{% for line in message['content'] %}{% if line['type'] == 'text' %}"
    "{{line['text']}}{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
CLIP = dict(image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711])
HALF = dict(image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5])
VIDEO_SAMPLING = {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": 48}}
PATCHES = dict(patch_size=4, merge_size=2, temporal_patch_size=2)


def randomise(model: torch.nn.Module, dtype: torch.dtype) -> None:
    chance = torch.Generator().manual_seed(26)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=chance)
        if name.endswith("bias"):
            value = 0.1 * noise
        elif parameter.dim() == 1:
            value = 1 + 0.2 * noise
        elif "embed" in name and parameter.dim() == 2:
            value = 0.5 * noise
        else:
            value = noise / parameter[0].numel() ** 0.5
        parameter.data.copy_(value.to(dtype))


def qwen(text: dict, vision: dict, names: tuple, template: str, size: dict, norm: dict, tied: bool) -> tuple:
    config_class, model_class, video_class, image_class, processor_class = (getattr(hf, name) for name in names)
    words = tokenizer(QWEN_TOKENS, True, "<|im_end|>", "<|endoftext|>")
    ids = {
        name: words.convert_tokens_to_ids(f"<|{name}|>")
        for name in ("image_pad", "video_pad", "vision_start", "vision_end")
    }
    config = config_class(
        text_config={**TEXT, **text, "eos_token_id": words.eos_token_id},
        vision_config=dict(spatial_merge_size=2, patch_size=4, temporal_patch_size=2, num_heads=2, depth=4, **vision),
        image_token_id=ids["image_pad"],
        video_token_id=ids["video_pad"],
        vision_start_token_id=ids["vision_start"],
        vision_end_token_id=ids["vision_end"],
        tie_word_embeddings=tied,
    )
    processor = processor_class(
        image_processor=image_class(size=size, **PATCHES, **norm),
        video_processor=video_class(size=size, do_sample_frames=False, cap_pixels_per_frame=False, **PATCHES, **norm),
        tokenizer=words,
        chat_template=template,
    )
    return model_class(config), processor


def smol() -> tuple:
    words = tokenizer(SMOL_TOKENS, False, "<end_of_utterance>", "<|im_end|>")
    config = hf.SmolVLMConfig(
        text_config=dict(
            model_type="llama",
            **{**TEXT, "pad_token_id": words.pad_token_id, "eos_token_id": words.eos_token_id},
            rope_theta=100000.0,
            rms_norm_eps=1e-5,
        ),
        vision_config=dict(
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=4,
            num_attention_heads=2,
            image_size=48,
            patch_size=4,
        ),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        pad_token_id=words.pad_token_id,
        scale_factor=3,
        tie_word_embeddings=False,
    )
    side = {"longest_edge": 48}
    processor = hf.SmolVLMProcessor(
        image_processor=hf.SmolVLMImageProcessor(size={"longest_edge": 192}, max_image_size=side, **HALF),
        video_processor=hf.SmolVLMVideoProcessor(size=side, max_image_size=side, video_sampling=VIDEO_SAMPLING, **HALF),
        tokenizer=words,
        image_seq_len=16,
        chat_template=SMOL_TEMPLATE,
    )
    return hf.SmolVLMForConditionalGeneration(config), processor


ROPE = lambda sections, **more: {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": sections, **more}  # noqa: E731
VIDEO_SIZE = {"shortest_edge": 256, "longest_edge": 65536}
FAMILIES = {
    "idefics3": dict(
        make=smol, dtype=torch.bfloat16, sizes=[(48, 48), (36, 36), (24, 24)], pixels=1, fps=0.8, shard=None
    ),
    "qwen2-vl": dict(
        make=lambda: qwen(
            dict(rope_parameters=ROPE([2, 1, 1])),
            dict(embed_dim=16, hidden_size=48, mlp_ratio=2),
            (
                "Qwen2VLConfig",
                "Qwen2VLForConditionalGeneration",
                "Qwen2VLVideoProcessor",
                "Qwen2VLImageProcessor",
                "Qwen2VLProcessor",
            ),
            QWEN2_TEMPLATE,
            VIDEO_SIZE,
            CLIP,
            False,
        ),
        dtype=torch.float32,
        sizes=[(24, 16), (48, 32), (16, 56)],
        pixels=1,
        fps=2,
        shard="150KB",
    ),
    "qwen2.5-vl": dict(
        make=lambda: qwen(
            dict(rope_parameters=ROPE([1, 1, 2])),
            dict(
                hidden_size=16,
                intermediate_size=32,
                out_hidden_size=48,
                window_size=32,
                fullatt_block_indexes=[1, 3],
                tokens_per_second=2,
            ),
            (
                "Qwen2_5_VLConfig",
                "Qwen2_5_VLForConditionalGeneration",
                "Qwen2VLVideoProcessor",
                "Qwen2VLImageProcessor",
                "Qwen2_5_VLProcessor",
            ),
            QWEN2_TEMPLATE,
            VIDEO_SIZE,
            CLIP,
            True,
        ),
        dtype=torch.bfloat16,
        sizes=[(40, 24), (64, 32), (56, 40), (16, 72)],
        pixels=1,
        fps=3,
        shard=None,
    ),
    "qwen3-vl": dict(
        make=lambda: qwen(
            dict(
                rope_parameters=ROPE([4, 2, 2], mrope_interleaved=True),
                hidden_size=32,
                head_dim=16,
                num_hidden_layers=4,
            ),
            dict(
                hidden_size=16,
                intermediate_size=32,
                out_hidden_size=32,
                num_position_embeddings=36,
                deepstack_visual_indexes=[0, 2],
            ),
            (
                "Qwen3VLConfig",
                "Qwen3VLForConditionalGeneration",
                "Qwen3VLVideoProcessor",
                "Qwen2VLImageProcessor",
                "Qwen3VLProcessor",
            ),
            QWEN3_TEMPLATE,
            VIDEO_SIZE,
            HALF,
            True,
        ),
        dtype=torch.bfloat16,
        sizes=[(24, 16), (64, 40), (16, 56)],
        pixels=1,
        fps=2,
        shard=None,
    ),
}


def as_published(folder: Path, family: str) -> None:
    """The files as the hub has them, with the names that these checkpoints were published with."""

    def read(name: str) -> dict:
        return json.loads((folder / name).read_text())

    def write_json(name: str, content: dict) -> None:
        (folder / name).write_text(json.dumps(content, indent=1) + "\n")

    config = read("config.json")
    config.pop("transformers_version", None)
    if family in ("qwen2-vl", "qwen2.5-vl"):
        text = config.pop("text_config")
        rope = text.pop("rope_parameters")
        keep = [*TEXT, "hidden_act", "rms_norm_eps", "eos_token_id"]
        config |= {key: text[key] for key in keep if text.get(key) is not None}
        config |= {
            "rope_theta": rope["rope_theta"],
            "rope_scaling": {"type": "mrope", "mrope_section": rope["mrope_section"]},
        }
        config["torch_dtype"] = config.pop("dtype", "float32")
    write_json("config.json", config)

    processor = read("processor_config.json")
    image = processor["image_processor"]
    if family in ("qwen2-vl", "qwen2.5-vl"):
        size = image.pop("size")
        image |= {"min_pixels": size["shortest_edge"], "max_pixels": size["longest_edge"]}
    if family == "idefics3":
        image |= {"video_sampling": VIDEO_SAMPLING}
    if family == "qwen3-vl":
        write_json("video_preprocessor_config.json", processor["video_processor"])
    write_json("preprocessor_config.json", image | {"processor_class": processor["processor_class"]})
    (folder / "processor_config.json").unlink()

    template = (folder / "chat_template.jinja").read_text()
    if family == "qwen2-vl":
        write_json("chat_template.json", {"chat_template": template})
    if family == "qwen2.5-vl":
        write_json("tokenizer_config.json", read("tokenizer_config.json") | {"chat_template": template})
    if family in ("qwen2-vl", "qwen2.5-vl"):
        (folder / "chat_template.jinja").unlink()


def metadata(count: int, fps: float, size: tuple) -> VideoMetadata:
    return VideoMetadata(
        total_num_frames=count,
        fps=fps,
        width=size[0],
        height=size[1],
        duration=count / fps,
        frames_indices=list(range(count)),
    )


def inputs_of(processor, family: str, messages: list, size: tuple, count: int, fps: float):
    text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    videos = [frames(0, count, *size)]
    if family == "idefics3":
        return text, processor(
            text=[text], videos=[videos], video_metadata=[metadata(count, fps, size)], return_tensors="pt"
        )
    if family == "qwen3-vl":
        # As in training: the frames with their own start and end stand for all three tokens.
        text = text.replace("<|vision_start|><|video_pad|><|vision_end|>", "<|video_pad|>")
    return text, processor(text=[text], videos=videos, video_metadata=[metadata(count, fps, size)], return_tensors="pt")


def tower(model, family: str, processor, size: tuple) -> dict:
    """Pixel values and features of one unit."""
    per_unit = 1 if family == "idefics3" else 2
    options = dict(videos=[frames(0, per_unit, *size)], return_tensors="pt", do_sample_frames=False)
    if family == "idefics3":
        side = {"longest_edge": size[0]}
        video = hf.SmolVLMVideoProcessor(size=side, max_image_size=side, **HALF)
        pixels = video(**options)["pixel_values"]
        return {"pixels": pixels[0, 0], "features": model.model.get_image_features(pixels).pooler_output[0]}
    made = processor.video_processor(**options)
    pixels, grid = made["pixel_values_videos"], made["video_grid_thw"]
    assert grid.tolist() == [[1, size[1] // 4, size[0] // 4]], (size, grid)
    said = model.model.get_video_features(pixels, grid)
    deep = {f"deep.{i}": one[0] for i, one in enumerate(getattr(said, "deepstack_features", None) or [])}
    return {"pixels": pixels, "features": said.pooler_output[0], **deep}


def rope_index(model, ids, grid, fps: float | None):
    """Positions of every token, one list an axis."""
    video = model.config.video_token_id
    more = {} if fps is None else {"second_per_grid_ts": torch.tensor([2 / fps])}
    kinds = (ids == video).int() * 2
    return model.model.get_rope_index(ids, kinds, video_grid_thw=grid, **more)[0][:, 0].tolist()


@torch.no_grad()
def write(family: str) -> None:
    spec = FAMILIES[family]
    folder = HERE / family
    shutil.rmtree(folder, ignore_errors=True)
    model, processor = spec["make"]()
    randomise(model, spec["dtype"])
    model.tie_weights()
    model.to(spec["dtype"]).save_pretrained(folder, **({"max_shard_size": spec["shard"]} if spec["shard"] else {}))
    processor.save_pretrained(folder)
    as_published(folder, family)
    model = type(model).from_pretrained(folder, dtype=torch.float32).eval()

    golden: dict = {"units": [], "fps": spec["fps"]}
    tensors: dict = {}
    for i, size in enumerate(spec["sizes"]):
        said = tower(model, family, processor, size)
        golden["units"].append({"width": size[0], "height": size[1]})
        tensors |= {f"unit.{i}.{name}": value for name, value in said.items() if name != "pixels" or i < spec["pixels"]}

    size, count = spec["sizes"][0], 3 if family == "idefics3" else 6
    system = {"role": "system", "content": [{"type": "text", "text": SYSTEM}]}
    messages = [system, {"role": "user", "content": [{"type": "video"}, {"type": "text", "text": QUESTION}]}]
    text, inputs = inputs_of(processor, family, messages, size, count, spec["fps"])
    run = {key: value for key, value in inputs.items() if key not in ("rows", "cols")}
    said = model(**run, output_hidden_states=True)
    ids = inputs["input_ids"]
    golden["prompt"] = {
        "messages": messages,
        "rendered": text,
        "ids": ids[0].tolist(),
        "frames": count,
        "width": size[0],
        "height": size[1],
    }
    if family != "idefics3":
        fps = spec["fps"] if family == "qwen2.5-vl" else None
        golden["prompt"]["positions"] = rope_index(model, ids, inputs["video_grid_thw"], fps)
    tensors["prompt.hidden"] = torch.stack([state[0] for state in said.hidden_states])
    tensors["prompt.logits"] = said.logits[0, -12:]

    # Only text, for the text stack alone.
    ids = processor.tokenizer("A red car enters. What is seen here?", return_tensors="pt")["input_ids"]
    said = model(input_ids=ids, output_hidden_states=True)
    golden["text"] = {"ids": ids[0].tolist()}
    tensors["text.hidden"] = torch.stack([state[0] for state in said.hidden_states])
    tensors["text.logits"] = said.logits[0, -12:]

    if family != "idefics3":
        # A long video with a prefix: what positions each unit has.
        golden["long"] = []
        for fps, units, grid in ((2, 60, (4, 6)), (3, 55, (8, 4)), (0.7, 50, (4, 4))):
            made = [5, 5, 5]
            visual = [model.config.video_token_id] * (grid[0] * grid[1] // 4)
            if family == "qwen3-vl":
                made += [
                    token
                    for _ in range(units)
                    for token in (7, model.config.vision_start_token_id, *visual, model.config.vision_end_token_id)
                ]
            else:
                made += visual * units
            made += [9, 9]
            thw = torch.tensor([[units, *grid]])
            positions = rope_index(model, torch.tensor([made]), thw, fps if family == "qwen2.5-vl" else None)
            golden["long"].append({"fps": fps, "units": units, "grid": grid, "ids": made, "positions": positions})
    golden["resized"] = resized(family, processor)
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")
    save_file({name: value.float().contiguous() for name, value in tensors.items()}, folder / "golden.safetensors")
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)
    shapes = {
        name: list(value.shape)
        for file in sorted(folder.glob("model*.safetensors"))
        for name, value in load_file(file).items()
    }
    print(family, sum(file.stat().st_size for file in folder.iterdir()), shapes if "-v" in sys.argv else len(shapes))


def resized(family: str, processor) -> list:
    """Sizes of pictures (width, height), and to which the processor scales them."""
    sources = [
        (24, 16),
        (20, 12),
        (12, 20),
        (44, 36),
        (45, 37),
        (100, 60),
        (33, 170),
        (8, 8),
        (5, 7),
        (640, 360),
        (9, 90),
    ]
    if family == "idefics3":
        return [[*source, 48, 48] for source in sources]
    if family == "qwen3-vl":
        from transformers.models.qwen3_vl.video_processing_qwen3_vl import smart_resize as resize

        one = lambda w, h: resize(2, h, w, 2, 8, 2 * 256, 10**9)  # noqa: E731
    else:
        from transformers.models.qwen2_vl.video_processing_qwen2_vl import smart_resize as resize

        one = lambda w, h: resize(h, w, 8, 256, 10**9)  # noqa: E731
    return [[w, h, *reversed(one(w, h))] for w, h in sources]


if __name__ == "__main__":
    torch.set_num_threads(1)
    hf.logging.set_verbosity_error()
    for name in [argument for argument in sys.argv[1:] if argument != "-v"] or FAMILIES:
        write(name)
