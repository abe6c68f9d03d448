import { describe, expect, it } from "vitest";
import { parseClientMessage } from "../../src/protocol/mod.ts";
import { runScript } from "../support/program.ts";

function refusal(message: unknown) {
  try {
    parseClientMessage(typeof message === "string" ? message : JSON.stringify(message));
  } catch (error) {
    return error;
  }
  throw new Error("it was taken");
}

function msOf(work: () => void): number {
  const since = performance.now();
  work();
  return performance.now() - since;
}

describe("a client's message", () => {
  it("is read, and fields of newer clients are ignored", () => {
    expect(
      parseClientMessage(
        JSON.stringify({
          type: "session.update",
          event_id: "e",
          new: 1,
          session: { fps: 2, newer: { a: 1 } },
        }),
      ),
    ).toEqual({ type: "session.update", event_id: "e", session: { fps: 2 } });
  });

  it("may be a question in OpenAI's shape", () => {
    const item = { type: "message", role: "user", content: [{ type: "input_text", text: "what moves?" }] };
    expect(parseClientMessage(JSON.stringify({ type: "conversation.item.create", item }))).toEqual({
      type: "conversation.item.create",
      item,
    });
  });

  it.each([
    ["no JSON", "hello", { code: "invalid_json", param: null }],
    ["no object", "[1]", { code: "invalid_message", param: null }],
    ["without a type", { event_id: "e1" }, { code: "invalid_message", param: "type", clientEventId: "e1" }],
    [
      "of an unknown type",
      { type: "response.create", event_id: "e2" },
      { code: "unknown_type", param: "type", clientEventId: "e2" },
    ],
    ["of a type that every object has", { type: "toString" }, { code: "unknown_type" }],
    [
      "with a wrong field",
      { type: "session.update", event_id: "e3", session: { windows: { visual_units: 0 } } },
      { code: "invalid_value", param: "session.windows.visual_units", clientEventId: "e3" },
    ],
    [
      "with a picture where text is wanted",
      {
        type: "conversation.item.create",
        item: { type: "message", role: "user", content: [{ type: "input_image" }] },
      },
      {
        code: "invalid_value",
        param: "item.content[0].type",
        message: expect.stringContaining("binary messages"),
      },
    ],
    [
      "with an image that is not base64",
      { type: "input_video_frame.append", image: "%%%" },
      { code: "invalid_value", param: "image" },
    ],
  ])("%s is refused with code, place and its own id", (_what, message, expected) => {
    expect(refusal(message)).toMatchObject(expected);
  });

  it.each([
    ["its own id", { type: "session.close", event_id: "i".repeat(513) }, "event_id", "512"],
    ["the id of a question", { item: { id: "i".repeat(513) } }, "item.id", "512"],
    [
      "a question",
      { item: { content: [{ type: "input_text", text: "q".repeat(4097) }] } },
      "item.content[0].text",
      "4096",
    ],
    [
      "a question in parts",
      { item: { content: Array(9).fill({ type: "input_text", text: "q".repeat(500) }) } },
      "item.content",
      "4096",
    ],
    ["the id of an answer", { type: "response.cancel", response_id: "i".repeat(513) }, "response_id", "512"],
  ])("is refused where %s is too long, without repeating it", (_what, fields, param, most) => {
    const content = [{ type: "input_text", text: "what?" }];
    const item = { type: "message", role: "user", content, ...("item" in fields ? fields.item : {}) };
    const error = refusal({ type: "conversation.item.create", ...fields, item });
    expect(error).toMatchObject({ code: "invalid_value", param, message: expect.stringContaining(most) });
    expect(JSON.stringify([error, (error as Error).message]).length).toBeLessThan(400);
  });

  it("is refused before it is parsed when it is larger than any has to be", () => {
    const nested = "[".repeat(8_000_000);
    for (const text of [
      nested,
      `{"image":5,"x":${nested}`,
      `{"a":"\\"image","b":"\\"image\\":\\"","x":${nested}`,
    ]) {
      let refused: unknown;
      const refusing = msOf(() => {
        refused = refusal(text);
      });
      expect(refused).toMatchObject({
        code: "message_too_large",
        message: expect.stringContaining("65536"),
      });
      expect(refusing).toBeLessThan(msOf(() => expect(() => JSON.parse(text)).toThrow()) / 4);
    }
  });

  it("may hold a large picture, wherever it stands in the message", () => {
    const image = "A".repeat(1_000_000);
    for (const text of [
      `{"type":"input_video_frame.append","seq":3,"image" : "${image}"}`,
      `{"image":"${image}","type":"input_video_frame.append","seq":3}`,
    ])
      expect(parseClientMessage(text)).toMatchObject({ seq: 3, image });
    const note = "n".repeat(70_000);
    expect(refusal({ type: "input_video_frame.append", image, note })).toMatchObject({
      code: "message_too_large",
    });
  });

  it("of an unknown type is told the types that exist", () => {
    expect(refusal({ type: "x" })).toMatchObject({
      message: expect.stringContaining("conversation.item.create"),
    });
  });
});

describe("a message of 8 MB", () => {
  it("that is nested to the end is refused by a process with a small heap", async () => {
    const { code, stdout, stderr } = await runScript(
      `
      import { parseClientMessage } from "src/protocol/mod.ts";
      for (const text of ["[".repeat(8e6), '{"a":'.repeat(1.6e6), '{"image":"a","b":' + "[".repeat(8e6)]) {
        try { parseClientMessage(text); } catch (error) { console.log(error.code); }
      }`,
      ["--max-old-space-size=96"],
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.trim().split("\n")).toEqual(Array(3).fill("message_too_large"));
  });
});
