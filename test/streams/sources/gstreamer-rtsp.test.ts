/** A camera that is GStreamer's RTSP server, of which many cameras and recorders are made. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cameraSource } from "../../../src/streams/mod.ts";
import { takeIn } from "../../support/intake.ts";
import { eventually, ffmpeg, makeTempDir } from "../../support/media.ts";
import { CODED_FPS, CODED_SIZE, codedVideo, numberOf } from "../../support/rtsp/coded-video.ts";
import { GstreamerCamera, hasGstreamer } from "../../support/rtsp/gstreamer-camera.ts";
import { expectTrueTime } from "../../support/true-time.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  const stream = join(dir.path, "coded.h264");
  await writeFile(stream, await codedVideo(300));
  clip = join(dir.path, "coded.mp4");
  await ffmpeg("-f", "h264", "-r", String(CODED_FPS), "-i", stream, "-c", "copy", clip);
});
afterAll(() => dir.remove());

describe.skipIf(!hasGstreamer)("a camera of GStreamer's RTSP server", { concurrent: true }, () => {
  it.for(["tcp", "udp"] as const)(
    "is seen over %s at its true time, and again after its power was cut",
    {
      retry: 2,
    },
    async (transport, { onTestFinished }) => {
      const first = await GstreamerCamera.start(clip);
      const source = cameraSource({
        url: first.url,
        transport,
        reconnect: { firstMs: 200, mostMs: 400 },
        stallTimeoutMs: 2000,
      });
      const { taken, stop } = takeIn(source, { ...CODED_SIZE, fps: 4 });
      onTestFinished(() => stop("now"));
      await eventually(() => taken.frames.length > 16, "it is seen", 30_000);
      await first[Symbol.asyncDispose]();
      await eventually(() => taken.states.at(-1) === "reconnecting", "it is lost", 30_000);
      const before = taken.frames.length;
      await using second = await GstreamerCamera.start(clip, first.port);
      expect(second.url).toBe(first.url);
      await eventually(() => taken.frames.length > before + 8, "it is seen again", 30_000).catch((error) => {
        throw new Error(`${error.message} What was told: ${JSON.stringify(taken.changes)}`);
      });
      stop("now");

      expect(taken.problems).toEqual([]);
      const told = ["connecting", "live", "reconnecting", "live"];
      expect(taken.states.filter((state) => state !== "stalled")).toEqual(told);
      const [gap, ...more] = taken.gaps;
      expect(more).toEqual([]);
      expect(gap!.toMs).toBe(taken.frames[before]!.mediaTimeMs);
      for (const frames of [taken.frames.slice(0, before), taken.frames.slice(before)]) {
        const numbers = await Promise.all(frames.map(numberOf));
        const whole = frames.flatMap((frame, i) =>
          numbers[i] === null ? [] : [{ frame, number: numbers[i]! }],
        );
        // Over UDP the first picture may come without its beginning.
        expect(whole.length).toBeGreaterThanOrEqual(frames.length - (transport === "udp" ? 2 : 0));
        expect(new Set(numbers).size, "no picture comes twice").toBe(frames.length);
        expectTrueTime(
          whole.map(({ number }) => (number * 1000) / CODED_FPS),
          whole.map(({ frame }) => frame),
        );
      }
    },
  );
});
