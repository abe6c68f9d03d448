import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { objectId, Topics, topicLevel } from "../../../src/sinks/mqtt/topics.ts";
import { isStreamName } from "../../../src/streams/mod.ts";

const anyText = fc.string({ unit: "binary" });
const anyName = fc.oneof(anyText, fc.stringMatching(/^[a-zA-Z0-9_.-]{1,6}$/));

describe("topics", () => {
  it("are below one base, with the stream's name as it is", () => {
    const topics = new Topics("home/cams");
    expect(topics.status).toBe("home/cams/status");
    expect(topics.of("yard.2-b_c").thought).toBe("home/cams/yard.2-b_c/thought");
    expect(topics.of("door").alertSwitch("a person / car")).toBe(
      "home/cams/door/alert/a%20person%20%2F%20car",
    );
  });

  it("have one level for any name, without wildcards", () => {
    fc.assert(fc.property(anyText, (name) => /^[\w.!~*'()%-]*$/.test(topicLevel(name))));
  });

  it("do not change the name of a stream", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/).filter(isStreamName),
        (name) => topicLevel(name) === name,
      ),
    );
  });

  it("say which stream was asked", () => {
    const topics = new Topics("home/cams");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (name) => {
        expect(topics.askedStream(topics.of(name).ask)).toBe(name);
      }),
    );
    for (const other of [
      "home/cams/ask",
      "home/cams//ask",
      "home/cams/a/b/ask",
      "home/cams/%zz/ask",
      "x/door/ask",
      "home/cams/door/answer",
    ])
      expect(topics.askedStream(other)).toBeNull();
  });
});

describe("an id for Home Assistant", () => {
  it("has its letters only", () => {
    fc.assert(fc.property(anyText, (name) => /^[a-zA-Z0-9_-]*$/.test(objectId(name))));
  });

  it("is another one for every other name", () => {
    fc.assert(
      fc.property(anyName, anyName, (one, other) => (one === other) === (objectId(one) === objectId(other))),
      { numRuns: 2000 },
    );
    expect(["a_b", "a.b", "a__b", "a_2eb", "a-b"].map(objectId)).toEqual([
      "a__b",
      "a_2eb",
      "a____b",
      "a__2eb",
      "a-b",
    ]);
  });
});
