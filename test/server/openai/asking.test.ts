import { describe, expect, it } from "vitest";
import { askingOf } from "../../../src/server/openai/asking.ts";
import { chatRequest, turnsOf } from "../../../src/server/openai/chat-request.ts";
import { charsBesideData } from "../../../src/server/openai/large-json.ts";
import { SCRIPTED_MODEL } from "../../support/scripted-engine.ts";

const INSTRUCTED = { ...SCRIPTED_MODEL, can: { ...SCRIPTED_MODEL.can, instructions: true } };

/** The question of a chat. */
const asking = (messages: readonly object[], { model = "scripted", info = SCRIPTED_MODEL } = {}) =>
  askingOf(model, turnsOf(chatRequest.parse({ model, messages })), info, {
    wishes: { seed: 7 },
    param: "messages",
  });

const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };
const user = (text: string, ...more: object[]) => ({
  role: "user",
  content: [{ type: "text", text }, ...more],
});

describe("a conversation", () => {
  it("is the question of its last message of the user, about the pictures of all messages", () => {
    const asked = asking([
      user("before", image),
      { role: "assistant", content: "so" },
      user("one", image, { type: "text", text: "two" }),
      { role: "assistant", content: "" },
    ]);
    expect(asked).toMatchObject({ stream: null, question: "one\ntwo", wishes: { seed: 7 } });
    expect(asked.media.map(({ param }) => param)).toEqual([
      "messages.0.content.1.image_url.url",
      "messages.2.content.1.image_url.url",
    ]);
  });

  it("gives a model the instructions that it takes, and says what had no effect", () => {
    const chat = [
      { role: "system", content: "Be brief." },
      { role: "developer", content: "Be kind." },
      user("why?", image),
    ];
    const taken = asking(chat, { info: INSTRUCTED });
    expect([taken.instructions, taken.ignored]).toEqual(["Be brief.\nBe kind.", []]);
    const not = asking(chat);
    expect([not.instructions, not.ignored.length]).toEqual([null, 1]);
    // The instructions of a live stream are its owner's.
    const live = asking(chat.slice(0, 2).concat(user("why?")), { model: "stream:door", info: INSTRUCTED });
    expect([live.stream, live.instructions, live.wishes, live.ignored.length]).toEqual(["door", null, {}, 2]);
  });

  it("may name a stream in each message, but not two", () => {
    const door = { type: "video_url", video_url: { url: "stream:door" } };
    const yard = { type: "video_url", video_url: { url: "stream:yard" } };
    expect(asking([user("a", door), user("b", door)])).toMatchObject({ stream: "door", media: [] });
    expect(() => asking([user("a", door), user("b", yard)])).toThrowError(/asked by itself/);
    expect(() => asking([user("a", yard)], { model: "stream:door" })).toThrowError(/asked by itself/);
  });
});

describe("what a message has beside its pictures", () => {
  it("is counted whatever stands in its texts", () => {
    const bare = JSON.stringify({ url: "" }).length;
    expect(charsBesideData('{"url":"data:image/png;base64,AAAA"}')).toBe(bare - 1);
    expect(charsBesideData('["a","b"]')).toBe(9);
    // A quote in a text is written as \" and hides nothing that follows the text.
    const tricky = JSON.stringify(['"data:', ...Array(100).fill([])]);
    expect(charsBesideData(tricky)).toBeGreaterThan(300);
    expect(charsBesideData('"data:')).toBe(6);
  });
});
