import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatTemplate } from "../../src/models/mod.ts";

const ROLE = "You watch a live video.";
const templates = new URL("../fixtures/chat-templates/", import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.jinja`, templates), "utf8");
const QWEN_VIDEO = { content: { type: "video" }, rendered: "<|vision_start|><|video_pad|><|vision_end|>" };
const SMOL_VIDEO = { content: { type: "video" }, rendered: "<video>" };

const cut = (source: string, placeholder: typeof QWEN_VIDEO | null = null, more = {}) =>
  new ChatTemplate({ source, placeholder, role: ROLE, ...more });

/** Matches the error of a template that is refused for a reason. */
const refusal = (reason: string) =>
  expect.objectContaining({ code: "template_unusable", message: expect.stringContaining(reason) });

describe("a checkpoint's chat template", () => {
  const qwen = {
    prefix: `<|im_start|>system\n${ROLE}<|im_end|>\n<|im_start|>user\n`,
    opening: { before: "", after: "<|im_end|>\n<|im_start|>assistant\n" },
    turn: { before: "<|im_end|>\n<|im_start|>user\n", after: "<|im_end|>\n<|im_start|>assistant\n" },
  };

  it.each([
    ["qwen2-vl", QWEN_VIDEO, qwen],
    ["qwen3-vl", QWEN_VIDEO, qwen],
    ["smollm2", null, qwen],
    [
      "smolvlm2",
      SMOL_VIDEO,
      {
        prefix: `<|im_start|>System: ${ROLE}<end_of_utterance>\nUser: `,
        opening: { before: "", after: "<end_of_utterance>\nAssistant:" },
        turn: { before: "<end_of_utterance>\nUser: ", after: "<end_of_utterance>\nAssistant:" },
      },
    ],
  ])(
    "of %s is cut at the video and at where the model speaks",
    (name, placeholder, { prefix, opening, turn }) => {
      const template = cut(read(name), placeholder);
      expect(template.prefix).toBe(prefix);
      expect(template.opening).toEqual(opening);
      expect(template.turn).toEqual(turn);
    },
  );

  it("of Qwen2.5-VL makes of any conversation what the cuts make of it", () => {
    const { prefix, opening, turn } = cut(read("qwen2-vl"), QWEN_VIDEO);
    const said = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(said, fc.array(fc.tuple(said, said), { maxLength: 5 }), (first, turns) => {
        // The template written out by hand.
        const whole = [
          ["user", first],
          ...turns.flatMap(([a, b]) => [
            ["assistant", a],
            ["user", b],
          ]),
        ]
          .map(
            ([role, text], i) =>
              `<|im_start|>${role}\n${i === 0 ? QWEN_VIDEO.rendered : ""}${text}<|im_end|>\n`,
          )
          .join("");
        const cuts = turns.map(([model, user]) => model + turn.before + user + turn.after).join("");
        const opened = QWEN_VIDEO.rendered + opening.before + first + opening.after;
        expect(prefix + opened + cuts).toBe(
          `<|im_start|>system\n${ROLE}<|im_end|>\n${whole}<|im_start|>assistant\n`,
        );
      }),
    );
  });

  it("that refuses a role of the system has the role in the user's first words, behind the video", () => {
    const source = `{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}{{ '<turn>' + ('model' if m['role'] == 'assistant' else 'user') + '\n' }}{% for c in m['content'] %}{% if c['type'] == 'video' %}{{ '<video>' }}{% else %}{{ c['text'] | trim }}{% endif %}{% endfor %}{{ '<end>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<turn>model\n' }}{% endif %}`;
    const trimmed = () => cut(source, SMOL_VIDEO, { tokens: { bos_token: "<bos>" } });
    expect(trimmed).not.toThrow();
    expect(trimmed()).toMatchObject({
      prefix: "<bos><turn>user\n",
      opening: { before: ROLE, after: "<end>\n<turn>model\n" },
    });
    const template = cut(source.replace(" | trim", ""), SMOL_VIDEO, { tokens: { bos_token: "<bos>" } });
    expect(template.opening.before).toBe(`${ROLE}\n\n`);
  });

  it("that has the system's words behind the video has the role in the user's words, too", () => {
    const source = `{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}{{ messages[0].content if messages[0].role == 'system' }}<assistant>`;
    expect(cut(source)).toMatchObject({
      prefix: `<user>${ROLE}\n\n`,
      turn: { before: "<user>", after: "<assistant>" },
    });
  });

  it("may tell the day and write in loops and macros", () => {
    const source = `{% macro turn(m) %}<{{ m.role }}>{% for c in m.content %}{{ c.text if c.type == 'text' else '<video>' }}{% endfor %}</{{ m.role }}>{% endmacro %}Year {{ strftime_now('%Y') }}.{% for m in messages %}{{ turn(m) }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}`;
    expect(cut(source, SMOL_VIDEO).prefix).toMatch(/^Year \d{4}\.<system>/);
  });

  it.each([
    ["no Jinja", "{% for %}", "cannot be read"],
    ["without the user's words", "{% for m in messages %}{{ m.role }}{% endfor %}", "leaves out"],
    ["that always refuses", "{{ raise_exception('Not for chats.') }}", "Not for chats."],
    [
      "that counts turns",
      "{% for m in messages %}{{ loop.index }}:{{ m.content }};{% endfor %}A:",
      "is expected",
    ],
    [
      "that forgets earlier answers",
      "{% for m in messages %}{% if m.role != 'assistant' or loop.index > 3 %}[{{ m.content }}]{% endif %}{% endfor %}A:",
      "leaves out",
    ],
    [
      "that opens its thinking only where it speaks",
      "{% for m in messages %}<{{ m.role }}>{{ m.content }}<end>{% endfor %}{% if add_generation_prompt %}<assistant><think>{% endif %}",
      "<think>",
    ],
  ])("is refused with the reason: one %s", (_, source, reason) => {
    expect(() => cut(source)).toThrow(refusal(reason));
  });

  it("is refused when it has no place for the video", () => {
    expect(() => cut(read("smollm2"), QWEN_VIDEO)).toThrow(refusal("<|vision_start|>"));
  });
});
