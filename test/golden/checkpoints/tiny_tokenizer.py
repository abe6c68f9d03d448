"""Byte-level tokenizers of some 300 tokens, cut as those of the published checkpoints are cut."""

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

WORDS = (
    "You are a helpful assistant. You are provided the following series of frames from a video. "
    "system user assistant System User Assistant Frame from seconds What is seen here? A red car enters."
)

# What is one piece before merges: of Qwen2's tokenizer.
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def tokenizer(special: list[str], qwen: bool, eos: str, pad: str) -> PreTrainedTokenizerFast:
    """256 bytes, some merges, then the special tokens by name: 300 in all."""
    tiny = Tokenizer(models.BPE())
    pieces = (
        [
            pre_tokenizers.Split(Regex(QWEN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
        if qwen
        else [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tiny.pre_tokenizer = pre_tokenizers.Sequence(pieces)
    tiny.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300 - len(special), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tiny.train_from_iterator([WORDS], trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tiny, clean_up_tokenization_spaces=False)
    fast.add_special_tokens({"eos_token": eos, "pad_token": pad, "additional_special_tokens": special})
    assert len(fast) == 300, len(fast)
    return fast
