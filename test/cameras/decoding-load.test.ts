import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type DecodedVideo, DecodingLoad, overload } from "../../src/cameras/decoding-load.ts";
import { CameraRoster } from "../../src/cameras/mod.ts";
import { decodingCores } from "../../src/ingest/mod.ts";
import { readLimits } from "../../src/server/mod.ts";
import { StreamRegistry } from "../../src/streams/mod.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { ScriptedEngine } from "../support/scripted-engine.ts";
import { until } from "../support/server.ts";

const hd: DecodedVideo = {
  width: 1920,
  height: 1080,
  codec: "h264",
  fps: 25,
  decode: undefined,
  hwaccel: undefined,
};
const uhd: DecodedVideo = { ...hd, width: 3840, height: 2160, codec: "hevc" };
const [hdCores, uhdCores] = [decodingCores(hd), decodingCores(uhd)];

describe("what cameras take to decode", () => {
  it("is told when it is more than there is: how much, of what, and what helps", () => {
    const videos = new Map([
      ["door", hd],
      ["yard", uhd],
    ]);
    expect(overload(videos, hdCores + uhdCores + 0.01)).toBeNull();
    const told = overload(videos, hdCores + uhdCores - 0.01)!;
    expect(told.text).toContain("The videos of 2 cameras take about");
    expect(told.text).toContain("The most is yard: 3840x2160 hevc at 25 frames a second");
    for (const knob of ["substream", "decode: keyframes", "frames a second", "hwaccel: auto"])
      expect(told.text).toContain(knob);
    expect(overload(new Map([["yard", { ...uhd, decode: "keyframes" }]]), uhdCores / 2)).toBeNull();
  });

  describe("over time", () => {
    afterEach(() => void vi.useRealTimers());

    it("is told once all have come, again when it has grown, and not for what is gone", () => {
      vi.useFakeTimers();
      const told: string[] = [];
      const load = new DecodingLoad(2.5 * hdCores, (text) => told.push(text));
      for (const name of ["a", "b"]) load.saw(name, hd);
      vi.advanceTimersByTime(10_000);
      expect(told).toEqual([]);
      for (const name of ["c", "d"]) load.saw(name, hd);
      vi.advanceTimersByTime(10_000);
      expect(told).toEqual([expect.stringContaining("of 4 cameras")]);
      // A camera that is connected to again is the same one.
      load.saw("d", hd);
      vi.advanceTimersByTime(10_000);
      expect(told).toHaveLength(1);
      for (const name of ["e", "f"]) load.saw(name, hd);
      vi.advanceTimersByTime(10_000);
      expect(told[1]).toContain("of 6 cameras");
      for (const name of ["b", "c", "d", "e", "f"]) load.forget(name);
      load.saw("b", hd);
      vi.advanceTimersByTime(10_000);
      expect(told).toHaveLength(2);
    });
  });

  it("is told of the real video of a camera", async () => {
    const dir = await makeTempDir();
    onTestFinished(() => dir.remove());
    const url = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 20, size: "320x240" });
    const limits = readLimits();
    const streams = new StreamRegistry({
      ...{ engine: new ScriptedEngine(), limits, maxStreams: 1, maxCameras: 1 },
    });
    const told: string[] = [];
    const roster = new CameraRoster({
      ...{ streams, state: null, cores: 1e-6 },
      onTrouble: (camera, message) => void told.push(`${camera}: ${message}`),
      onFault: (error) => {
        throw error;
      },
    });
    onTestFinished(() => roster.close(0));
    await roster.load(new Map([["door", { url }]]));
    await until("it is told", () => told.length > 0);
    expect(told).toEqual([expect.stringContaining("The most is door: 320x240 mpeg4 at 25 frames a second")]);
    expect(told[0]).toMatch(/^null: /);
  });
});
