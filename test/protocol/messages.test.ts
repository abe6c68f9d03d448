import { describe, expect, it } from "vitest";
import { parseClientMessage } from "../../src/protocol/mod.ts";

function refusal(message: unknown) {
  try {
    parseClientMessage(typeof message === "string" ? message : JSON.stringify(message));
  } catch (error) {
    return error;
  }
  throw new Error("it was taken");
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

  it("of an unknown type is told the types that exist", () => {
    expect(refusal({ type: "x" })).toMatchObject({
      message: expect.stringContaining("conversation.item.create"),
    });
  });
});
