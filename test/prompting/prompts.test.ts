import { describe, expect, it } from "vitest";
import {
  answerPrompt,
  decisionPrompt,
  mediaTimeText,
  type PromptContext,
  type PromptMessage,
  type PromptPart,
  SPEAK_OR_SILENT,
  ThoughtMemory,
  thoughtPrompt,
  VisualWindow,
} from "../../src/prompting/mod.ts";

const picture = (index: number): PromptPart[] => [
  { type: "text", text: mediaTimeText(index * 1000) },
  { type: "picture", jpeg: Uint8Array.of(index, 255) },
];

/** All parts in order, each with the role of its message, as bytes: what a server's prefix cache compares. */
const bytesOf = (messages: readonly PromptMessage[]): string[] =>
  messages.flatMap(({ role, parts }) =>
    parts.map((part) => JSON.stringify([role, part.type === "text" ? part.text : [...part.jpeg]])),
  );

const promptsOf = (context: PromptContext) => ({
  decision: decisionPrompt(context, SPEAK_OR_SILENT),
  thought: thoughtPrompt(context),
  answer: answerPrompt(context, "Who is there?"),
});

const textOf = (messages: readonly PromptMessage[]) =>
  messages
    .flatMap(({ parts }) => parts.map((part) => (part.type === "text" ? part.text : "[picture]")))
    .join("");

const EMPTY: PromptContext = { instructions: null, visual: [], thoughts: "", nowMs: 0 };

describe("prompts", () => {
  it("begin with the system message and all units of the moment before, while the window does not slide", () => {
    const window = new VisualWindow(8);
    const memory = new ThoughtMemory(20);
    let before: string[] = [];
    let slid = 0;
    for (let index = 0; index < 30; index++) {
      const { evicted } = window;
      window.add(picture(index));
      const nowMs = index * 1000;
      const context = { instructions: "Watch the door.", visual: window.parts, thoughts: memory.text, nowMs };
      const prefix = bytesOf(decisionPrompt(context, SPEAK_OR_SILENT)).slice(0, 1 + window.parts.length);
      for (const messages of Object.values(promptsOf(context))) {
        const bytes = bytesOf(messages);
        expect(bytes.slice(0, prefix.length)).toEqual(prefix);
        expect(bytes).toHaveLength(prefix.length + 1);
        if (window.evicted === evicted) expect(bytes.slice(0, before.length)).toEqual(before);
      }
      if (window.evicted > evicted) slid++;
      before = prefix;
      if (index % 3 === 0) memory.add({ mediaTimeMs: nowMs, text: `Thing ${index} happens.`, tokens: 6 });
    }
    expect(slid).toBe(6);
  });

  it("show every unit before anything that changes from one prompt to the next", () => {
    const context = {
      ...EMPTY,
      visual: [...picture(0), ...picture(1)],
      thoughts: "0:00 A man.",
      nowMs: 1000,
    };
    for (const messages of Object.values(promptsOf(context))) {
      const text = textOf(messages);
      expect(text.lastIndexOf("[picture]")).toBeLessThan(text.indexOf("0:00 A man."));
      expect(text.lastIndexOf("[picture]")).toBeLessThan(text.lastIndexOf("0:01"));
    }
  });

  it("tell the user's instructions in the system message, and nothing of them when there are none", () => {
    const [system] = thoughtPrompt({ ...EMPTY, instructions: "  Warn me of dogs.\n" });
    expect(system!.role).toBe("system");
    expect(textOf([system!])).toMatch(/What you were asked to do:\nWarn me of dogs\.$/);
    const [none] = thoughtPrompt(EMPTY);
    const [blank] = thoughtPrompt({ ...EMPTY, instructions: " \n" });
    expect(textOf([none!])).not.toContain("asked");
    expect(blank).toEqual(none);
  });

  it("say what was said, and nothing of it before anything was", () => {
    expect(textOf(thoughtPrompt({ ...EMPTY, thoughts: "0:02 A dog." }))).toContain("so far:\n0:02 A dog.\n");
    expect(textOf(thoughtPrompt(EMPTY))).not.toContain("so far:");
  });

  it("end with what is wanted: a choice of two words, a sentence, or the answer to the question", () => {
    expect(textOf(decisionPrompt(EMPTY, { speak: "speak", silent: "wait" }))).toMatch(
      /at 0:00, do you speak or stay wait\? Answer speak or wait\.$/,
    );
    expect(textOf(thoughtPrompt(EMPTY))).toMatch(/at 0:00\? .* one short sentence\.$/);
    expect(textOf(answerPrompt(EMPTY, " Is it\nred? "))).toMatch(
      /full sentences.*\n\nQuestion: Is it\nred\?$/,
    );
  });
});
