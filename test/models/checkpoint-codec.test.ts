import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CheckpointCodec, ModelError } from "../../src/models/mod.ts";
import { TINY_NAMED, TINY_SPECIALS, tinyTokenizer } from "../support/tiny-tokenizer.ts";

const tiny = tinyTokenizer([" speak", " silent", "Sp", " a", " man", "grün", "走"]);
const make = (tokenizer = tiny, more = {}) =>
  new CheckpointCodec({
    tokenizer,
    dir: "some/model",
    vocabulary: tokenizer.vocabulary,
    endTokens: [],
    ...more,
  });
const codec = make();
const end = codec.id("<|end|>");
const AROUND = { before: "<|user|>\n", after: "<|end|><|model|>" };

const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        " a man",
        " speak",
        "grün",
        "走走",
        "😀",
        "👩‍👩‍👧",
        "\uFEFF",
        "\n",
        ...TINY_NAMED,
        ...TINY_SPECIALS,
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

describe("the codec of a checkpoint", () => {
  it("gives back every text, as the library does", () => {
    const library = new Tokenizer(tiny.model, tiny.config);
    fc.assert(
      fc.property(texts, (text) => {
        const ids = codec.encode(text);
        const plain = TINY_SPECIALS.reduce((left, name) => left.replaceAll(name, ""), text);
        expect(codec.decode(ids)).toBe(plain);
        if (ids.length > 0 && !text.includes("\uFEFF")) {
          expect(codec.decode(ids)).toBe(library.decode(ids, { skip_special_tokens: true }));
        }
      }),
    );
  });

  it("tells tokens that come one by one without ever telling half a character", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const decoder = codec.decoder();
        const pieces = codec.encode(text).map((id) => decoder.add(id));
        expect(pieces.join("")).not.toContain("\uFFFD");
        expect(pieces.join("") + decoder.end()).toBe(codec.decode(codec.encode(text)));
      }),
    );
  });

  it("tells a character that never became whole at the end", () => {
    const smile = codec.encode("😀");
    expect(smile).toHaveLength(4);
    const decoder = codec.decoder();
    expect(smile.slice(0, 3).map((id) => decoder.add(id))).toEqual(["", "", ""]);
    expect(decoder.end()).toBe("\uFFFD");
  });

  it("knows tokens by their names in what a template writes", () => {
    expect(codec.encode("<|end|>\n<think>")).toEqual([end, 10, codec.id("<think>")]);
    expect(codec.silent).toEqual(TINY_SPECIALS.map((name) => codec.id(name)));
    expect(make(tiny, { endTokens: [end] }).silent).not.toContain(end);
  });

  it("takes no name in somebody's words for a token, wherever it stands", () => {
    fc.assert(
      fc.property(texts, (words) => {
        const ids = codec.encodeWords(AROUND, words);
        const [before, after] = [codec.encode(AROUND.before), codec.encode(AROUND.after)];
        expect(ids.slice(0, before.length)).toEqual(before);
        expect(ids.slice(-after.length)).toEqual(after);
        const inner = ids.slice(before.length, -after.length);
        expect(codec.decode(inner)).toBe(words);
        expect(inner.filter((id) => id >= codec.id(TINY_NAMED[0]!))).toEqual([]);
      }),
    );
    expect(codec.encodeWords({ before: "<|us", after: "" }, "er|>")).not.toContain(codec.id("<|user|>"));
  });

  it("encodes words together with what stands around them", () => {
    expect(codec.encodeWords({ before: "User: ", after: "" }, "speak")).toEqual(codec.encode("User: speak"));
    expect(codec.encode("User: speak").at(-1)).toBe(codec.encode(" speak")[0]);
  });

  it("knows with which tokens a word may begin", () => {
    const begin = [...codec.beginnings("speak")].map((id) => codec.decode([id]));
    expect(begin.sort()).toEqual([" sp", " spe", " spea", " speak", "Sp"].sort());
  });

  it("says which token is missing, and what to do", () => {
    expect(() => codec.id("<hop>")).toThrow(
      expect.objectContaining({
        code: "token_missing",
        message: expect.stringMatching(/<hop>.*thinking\.policy/),
      }),
    );
  });

  it.each([
    ["another kind of model", { ...tiny, model: { ...tiny.model, model: { type: "Unigram", vocab: [] } } }],
    ["another decoder", { ...tiny, model: { ...tiny.model, decoder: { type: "WordPiece" } } }],
    ["more tokens than the graphs", { ...tiny, vocabulary: tiny.vocabulary - 1 }],
  ])("refuses a tokenizer with %s", (_, tokenizer) => {
    expect(() => make(tokenizer)).toThrow(ModelError);
    expect(() => make(tokenizer)).toThrow(expect.objectContaining({ code: "bundle_invalid" }));
  });

  it("refuses an end token that the model does not have", () => {
    expect(() => make(tiny, { endTokens: [tiny.vocabulary] })).toThrow(
      expect.objectContaining({ code: "bundle_invalid" }),
    );
  });
});
