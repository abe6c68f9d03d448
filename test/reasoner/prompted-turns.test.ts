import { describe, expect, it } from "vitest";
import { ChatTemplate, CheckpointCodec } from "../../src/models/mod.ts";
import { PromptedTurns } from "../../src/reasoner/mod.ts";
import { codec, template, written } from "../support/prompted-run.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

describe("what the user says to a prompted model", () => {
  it("is, with what they want before it, what the template makes of one message", () => {
    const turns = new PromptedTurns(template, codec, "Watch the door.\n");
    const whole = [...turns.head, ...turns.thought(null, 7000)];
    const text =
      "What you were asked to do:\nWatch the door.\n\nWhat happens at 0:07? Answer in one short sentence.<|end|><|model|>";
    expect(whole).toEqual(codec.encode(text));
    expect(new PromptedTurns(template, codec, "  ").head).toEqual([]);
  });

  it("begins with the role where the template has none of the system", () => {
    const source = `{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No.') }}{% endif %}{{ '<|user|>' if m.role == 'user' else '<|model|>' }}{{ m.content }}<|end|>{% endfor %}<|model|>`;
    const plain = new ChatTemplate({ source, placeholder: null, role: "You watch." });
    const turns = new PromptedTurns(plain, codec, null);
    expect(plain.prefix + written(turns.head)).toBe("<|user|>You watch.\n\n");
    expect(written(turns.decision(null, 0))).toMatch(/^Now, at 0:00, do you .*<\|model\|>$/);
  });

  it("is cut between tokens even where the tokenizer joins line breaks", () => {
    const joining = tinyTokenizer(["\n\n", "\n\nA"]);
    const joined = new CheckpointCodec({
      tokenizer: joining,
      dir: "",
      vocabulary: joining.vocabulary,
      endTokens: [],
    });
    const turns = new PromptedTurns(template, joined, "Watch.");
    const text = `What you were asked to do:\nWatch.\n\nWhat happens at 0:00? Answer in one short sentence.`;
    expect(joined.decode([...turns.head, ...turns.thought(null, 0)])).toBe(text);
    expect([...turns.head, ...turns.thought(null, 0)].slice(0, -2)).toEqual(joined.encode(text));
  });

  it("says how many tokens of a C_r it takes at most", () => {
    const turns = new PromptedTurns(template, codec, "Watch the door.");
    const most = turns.groupTokens({ thoughtTokens: 20, answerTokens: 50, questionTokens: 9 });
    const question = codec.decode([..."?".repeat(9)].flatMap((sign) => codec.encode(sign)));
    for (const rest of [null, [codec.encode("x")[0]!]]) {
      for (const nowMs of [0, 3_600_000, 99 * 3_600_000]) {
        expect(turns.question(rest, nowMs, question).length + 50).toBeLessThanOrEqual(most);
        expect(turns.thought(rest, nowMs).length + 20).toBeLessThanOrEqual(most);
        expect(turns.decision(rest, nowMs).length).toBeLessThanOrEqual(most);
      }
    }
    const less = turns.question([1], 99 * 3_600_000, question).length + 50;
    expect(most - less).toBeLessThan(8);
    const budgets = { thoughtTokens: 20, answerTokens: 50, questionTokens: 9 };
    expect(turns.groupTokens({ ...budgets, thinkTokens: 30 })).toBe(most + 33);
  });
});
