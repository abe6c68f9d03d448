import { describe, expect, it } from "vitest";
import { type CameraObject, ClientError, type ConnectionState } from "../../../client/lib/mod.ts";
import { goesOn, standingOf } from "../../../client/src/watch/of-server/standing.ts";

const open: ConnectionState = { phase: "open", error: null, retryInMs: null };
const over: ConnectionState = { ...open, phase: "closed" };
const notThere = new ClientError("stream_not_found", "There is no stream door.");

function door(state: CameraObject["state"], origin: CameraObject["origin"] = "api"): CameraObject {
  return {
    ...{ id: "door", object: "stream", kind: "camera", origin, url: "rtsp://door", state },
    ...{ message: "Its size is wrong.", restarts: 0, watchers: 1, created: null, settings: {} },
    ...{ newest_media_time_ms: 0, stats: null, recap: null, latest_thought: null, latest_alert: null },
  };
}

describe("how a watched stream of the server stands", () => {
  it("is nothing to speak of while it can be watched, or is on its way", () => {
    expect(standingOf("door", door("live"), open, true)).toBeNull();
    expect(standingOf("door", undefined, { ...open, phase: "connecting" }, false)).toBeNull();
    expect(standingOf("door", door("live"), over, true), "it was opened anew").toBeNull();
  });

  it("tells a stream that was never there from one that has ended", () => {
    expect(standingOf("door", null, open, false)?.text).toMatch(/^There is no stream door/);
    expect(standingOf("door", undefined, { ...over, error: notThere }, false)?.text).toMatch(
      /no stream door/,
    );
    expect(standingOf("door", null, over, true)?.text).toBe("The stream door has ended, or was removed.");
    expect(standingOf("door", undefined, over, true)?.text).toBe("The stream door has ended.");
  });

  it("offers to go on only with what can be changed here", () => {
    expect(standingOf("door", door("disabled"), over, true)?.way).toBe("resume");
    expect(standingOf("door", door("disabled", "config"), over, true)).toMatchObject({
      way: "leave",
      text: expect.stringContaining("config file"),
    });
    expect(standingOf("door", door("refused"), over, true)?.text).toContain("Its size is wrong.");
    expect(standingOf("door", door("ended"), over, true)?.text).toBe("The video of door has ended.");
  });

  it("is watched again when its camera was opened anew, and not when it was forbidden", () => {
    expect(goesOn(door("live"), over)).toBe(true);
    expect(goesOn(door("connecting"), { ...over, error: notThere })).toBe(true);
    expect(goesOn(door("live"), open)).toBe(false);
    expect(goesOn(door("disabled"), over)).toBe(false);
    expect(goesOn(door("live"), { ...over, error: new ClientError("forbidden", "No.") })).toBe(false);
  });
});
