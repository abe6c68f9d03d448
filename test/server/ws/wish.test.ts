import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastSeen, ProtocolError } from "../../../src/protocol/mod.ts";
import { readWish } from "../../../src/server/ws/wish.ts";

describe("what a client asks for", () => {
  it.each([
    ["/v1/stream", { kind: "open", name: null }],
    ["/v1/stream?ticket=abc", { kind: "open", name: null }],
    ["/v1/stream?name=door", { kind: "open", name: "door" }],
    ["/v1/stream?stream=door", { kind: "watch", stream: "door", after: null }],
    ["/v1/stream?stream=session_3&after=event_61", { kind: "watch", stream: "session_3", after: 61 }],
    ["/v1/stream?after=event_62.3&resume=abc", { kind: "resume", token: "abc", after: 61 }],
    ["/v1/stream?resume=abc&after=event_0.1", { kind: "resume", token: "abc", after: null }],
  ])("is read from %s", (url, wish) => {
    expect(readWish(url)).toEqual(wish);
  });

  it.each([
    ["/v1/stream?after=event_1", "after"],
    ["/v1/stream?stream=door&after=61", "after"],
    ["/v1/stream?stream=door&after=event_1e3", "after"],
    [`/v1/stream?stream=door&after=event_${"9".repeat(16)}`, "after"],
    ["/v1/stream?stream=", "stream"],
    ["/v1/stream?stream=../door", "stream"],
    [`/v1/stream?stream=${"d".repeat(65)}`, "stream"],
    ["/v1/stream?stream=door&resume=abc", "stream"],
    ["/v1/stream?stream=door&stream=yard", "stream"],
    ["/v1/stream?name=", "name"],
    ["/v1/stream?name=session_3", "name"],
    ["/v1/stream?name=../door", "name"],
    ["/v1/stream?name=door&stream=door", "name"],
    ["/v1/stream?name=door&resume=abc", "name"],
    ["/v1/stream?name=door&after=event_1", "after"],
  ])("is refused with the name of the parameter: %s", (url, param) => {
    expect(() => readWish(url)).toThrowError(expect.objectContaining({ code: "invalid_value", param }));
  });

  it("is read or refused, whatever the URL is", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.string(), (url, text) => {
        for (const each of [
          url,
          `/v1/stream?${text}`,
          `/v1/stream?stream=${text}&after=${text}`,
          `/v1/stream?name=${text}`,
        ]) {
          try {
            readWish(each);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
      }),
    );
  });
});

it("the id of an event tells what its client has of the log", () => {
  expect(["event_0", "event_62", "event_62.3", "event_0.1"].map(lastSeen)).toEqual([0, 62, 61, null]);
  for (const id of ["", "event_", "event_-1", "event_1.", "event_1.2.3", "xevent_1", "event_1\n"])
    expect(lastSeen(id), JSON.stringify(id)).toBeUndefined();
});
