import { describe, expect, it } from "vitest";
import { isCameraName, suggestedName } from "../../../client/src/sources/camera-name.ts";
import { isStreamName } from "../../../src/streams/mod.ts";

describe("the name of a camera", () => {
  it.each([
    ["rtsp://viewer:secret@door.local/live", "door"],
    ["rtsp://192.168.1.20:554/stream2", "camera-192-168-1-20"],
    ["https://Cameras.Example/yard.mp4", "cameras"],
    ["rtsps://[fe80::1]/x", "camera-fe80-1"],
    ["not an address", "camera"],
    ["http://session_1.example/", "camera"],
  ])("is suggested out of the address %s", (address, name) => {
    expect(suggestedName(address, [])).toBe(name);
    expect(isStreamName(name)).toBe(true);
  });

  it("is none that there is", () => {
    expect(suggestedName("rtsp://door.local/", ["door", "door-2"])).toBe("door-3");
  });

  it("is what the server takes", () => {
    for (const name of [
      "door",
      "Yard.2",
      "a".repeat(64),
      "a".repeat(65),
      "",
      "-a",
      "session_1",
      "a b",
      "ä",
      "0_",
    ])
      expect([name, isCameraName(name)]).toEqual([name, isStreamName(name)]);
  });
});
