/** Special tokens of the tiny tokenizer, in order, behind all others. */
export const TINY_SPECIALS = ["<|end|>", "<|user|>", "<|model|>", "<|video|>", "<|pad|>"];
/** Named tokens that are text, as `<think>` is in published tokenizers. */
export const TINY_NAMED = ["<think>", "</think>", "<response>", "<silent>"];

/** GPT-2's characters for bytes, written anew: printable bytes stand for themselves, the others for U+0100 and on. */
function characters(): string[] {
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCodePoint(printable ? byte : 0x100 + others++);
  });
}

/**
 * A byte-level BPE tokenizer in the layout of `tokenizer.json`, whose vocabulary is the bytes, some words, and the
 * tokens above.
 *
 * @param words words, with the space before them, that are one token
 */
export function tinyTokenizer(
  words: readonly string[] = [],
  { specials = TINY_SPECIALS, named = TINY_NAMED } = {},
): { model: object; config: object; vocabulary: number } {
  const bytes = characters();
  const vocab: Record<string, number> = Object.fromEntries(bytes.map((each, id) => [each, id]));
  const merges: string[] = [];
  let next = 256;
  for (const word of words) {
    const letters = [...new TextEncoder().encode(word)].map((byte) => bytes[byte]!);
    for (let length = 2; length <= letters.length; length++) {
      const [left, right] = [letters.slice(0, length - 1).join(""), letters[length - 1]!];
      if (left + right in vocab) continue;
      vocab[left + right] = next++;
      merges.push(`${left} ${right}`);
    }
  }
  const added = [...named, ...specials].map((content) => ({
    ...{ id: next++, content, special: specials.includes(content) },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  }));
  const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const model = {
    ...{ version: "1.0", truncation: null, padding: null, normalizer: null, post_processor: null },
    added_tokens: added,
    pre_tokenizer: level,
    decoder: level,
    model: {
      ...{ type: "BPE", dropout: null, unk_token: null, byte_fallback: false, ignore_merges: false },
      ...{ continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, vocab, merges },
    },
  };
  return { model, config: { clean_up_tokenization_spaces: false }, vocabulary: next };
}
