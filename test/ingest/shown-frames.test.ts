import { describe, expect, it } from "vitest";
import { ShownFrames } from "../../src/ingest/shown-frames.ts";

const MISSED = "[rtsp @ 0x55a673] [warning] RTP: missed 3 packets";

/** A line that ffmpeg prints of a frame, read at a time (ms). */
const shown = (readAtMs: number, type: "I" | "P") =>
  `[Parsed_showinfo_3 @ 0x55a674] [info] n:   7 pts:${readAtMs} pts_time:1.7958e+09 pos: -1 fmt:yuv420p sar:1/1 ` +
  `s:128x64 i:P iskey:${type === "I" ? 1 : 0} type:${type} checksum:3D1BB65A plane_checksum:[3D1BB65A] mean:[41]`;

/** Which frames are whole, of lines in which a letter stands for a frame and `!` for lost packets. */
function whole(lines: string, everyMs = 100, stepMs = 0): string {
  const frames = new ShownFrames();
  let atMs = 1_795_799_917_737;
  for (const letter of lines) {
    atMs += letter === "!" ? stepMs : everyMs;
    frames.take(letter === "!" ? MISSED : shown(atMs, letter as "I" | "P"));
  }
  let found = "";
  for (let next = frames.next(); next; next = frames.next()) found += next.isWhole ? "w" : "-";
  return found;
}

describe("the frames that ffmpeg shows", () => {
  it("have the time at which they were read, to the millisecond", () => {
    const frames = new ShownFrames();
    expect(frames.take(shown(1_795_799_917_737, "I"))).toBe(true);
    expect(frames.count).toBe(1);
    expect(frames.next()).toEqual({ readAtMs: 1_795_799_917_737, isWhole: true });
    expect(frames.next()).toBeUndefined();
  });

  it("have no time where ffmpeg knows none", () => {
    const frames = new ShownFrames();
    frames.take(shown(0, "I"));
    expect(frames.next()).toEqual({ readAtMs: null, isWhole: true });
  });

  it("leave other lines to others", () => {
    const frames = new ShownFrames();
    expect(frames.take("[h264 @ 0x55a673] [error] no frame!")).toBe(false);
    expect(frames.take(MISSED)).toBe(false);
    expect(frames.take("[Parsed_showinfo_3 @ 0x55a674] [info]   side data - User Data Unregistered:")).toBe(
      true,
    );
    expect(frames.count).toBe(0);
  });

  it("are damaged from lost packets to the next key frame", () => {
    expect(whole("IPPP!PPPIPP")).toBe("wwww---www");
  });

  it("are damaged up to the second key frame when the first one may have lost something", () => {
    expect(whole("IPP!IPPIPP")).toBe("www---www");
  });

  it("are damaged for half a minute where there are no key frames", () => {
    expect(whole("IP!PPPPPPPP!PP", 5000)).toBe("ww-------www");
  });

  it("are not damaged for an hour when the machine's clock is set back by one", () => {
    expect(whole("IP!PP!PPPP", 100, -3_600_000)).toBe("ww--wwww");
  });
});
