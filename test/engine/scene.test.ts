import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import type { Engine, StreamOptions } from "../../src/engine/mod.ts";
import { openVideo } from "../../src/ingest/mod.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { LABELLED_CLIPS, realClip } from "../support/clips.ts";
import { ffmpeg, makeTempDir } from "../support/media.ts";
import { StreamLog } from "../support/stream-log.ts";

let engine: Engine;
let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  engine = await createEngine({ model: BUNDLED_MODEL });
  dir = await makeTempDir();
});
afterAll(async () => {
  await engine.close();
  await dir.remove();
});

/** Runs a clip through the real model. */
async function watchClip(path: string, options: StreamOptions = {}): Promise<StreamLog> {
  const { width, height, fps } = engine.model;
  const stream = engine.openStream({ maxInflightFrames: 1000, ...options });
  const log = new StreamLog(stream);
  for (const frame of await lastValueFrom(
    openVideo(path, { width, height, fps, pace: "max" }).pipe(toArray()),
  ))
    stream.push(frame);
  stream.ask("What happened last?", "end");
  stream.end();
  await log.completed;
  return log;
}

/** A clip that ffmpeg makes of inputs and a filter graph. */
async function made(name: string, ...args: string[]): Promise<string> {
  const path = join(dir.path, `${name}.mp4`);
  await ffmpeg(...args, "-r", "8", "-c:v", "mpeg4", "-q:v", "3", "-pix_fmt", "yuv420p", path);
  return path;
}

const told = (log: StreamLog) => log.all("scene.changed").map(({ reason }) => reason);

describe("the scene, on the bundled model", () => {
  it.each(["street-0", "street-3", "street-5"])(
    "is familiar throughout a labelled clip: %s",
    async (name) => {
      const log = await watchClip(join(LABELLED_CLIPS, `${name}.mp4`));
      expect(told(log)).toEqual([]);
      expect(log.stream.totals.unfamiliarUnits).toBe(0);
      expect(log.all("thought.done").some(({ unfamiliar }) => unfamiliar)).toBe(false);
    },
  );

  it.skipIf(realClip === null)("is familiar throughout a real camera's clip", async () => {
    expect(told(await watchClip(realClip!.clip))).toEqual([]);
  });

  it("is unfamiliar while the camera pans, and familiar again when it stands; thoughts say so", async () => {
    const pan =
      "scale=640:360,crop=280:270:x='if(lt(t,6),40,if(lt(t,14),40+35*(t-6),320))':y=40,scale=320:240";
    const log = await watchClip(
      await made("pan", "-t", "28", "-i", join(LABELLED_CLIPS, "street-3.mp4"), "-vf", pan),
    );
    expect(told(log)).toEqual(["camera_moving", null]);
    const [moves, stands] = log.all("scene.changed");
    expect(moves).toMatchObject({ status: "unfamiliar", message: expect.stringContaining("camera") });
    expect(moves!.mediaTimeMs).toBeGreaterThan(6000);
    expect(moves!.mediaTimeMs).toBeLessThan(12_000);
    expect(moves!.sinceMs).toBeLessThan(moves!.mediaTimeMs);
    expect(stands).toMatchObject({ status: "familiar", reason: null });
    const thoughts = log.all("thought.done");
    expect(thoughts.length).toBeGreaterThan(50);
    for (const { unit, unfamiliar } of thoughts)
      expect(unfamiliar, `unit ${unit}`).toBe(unit >= moves!.unit && unit < stands!.unit);
    expect(log.stream.totals.unfamiliarUnits).toBe(stands!.unit - moves!.unit);
    expect(log.all("answer.done")).toMatchObject([{ status: "completed", unfamiliar: false }]);
  });

  it("is told before anything that is said of it", async () => {
    const log = await watchClip(
      await made("test", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=8:duration=10"),
    );
    expect(told(log)).toEqual(["screen"]);
    const at = log.events.findIndex(({ type }) => type === "scene.changed");
    const first = log.events.findIndex((event) => event.type === "thought.done" && event.unfamiliar);
    expect(first).toBeGreaterThan(at);
    const units = log.events.flatMap((event) =>
      event.type === "unit.seen" || event.type === "thought.started" ? [event] : [],
    );
    for (const [i, event] of units.entries()) {
      if (event.type !== "thought.started") continue;
      expect(units.slice(0, i).some(({ type, unit }) => type === "unit.seen" && unit === event.unit)).toBe(
        true,
      );
    }
    expect(log.all("answer.done")).toMatchObject([{ unfamiliar: true }]);
  });

  it("is watched in units that are not encoded, too: a covered lens", async () => {
    const graph = "color=0x403830:size=320x240:rate=8:duration=12";
    const log = await watchClip(await made("covered", "-f", "lavfi", "-i", graph));
    expect(told(log)).toEqual(["covered"]);
    expect(log.all("unit.seen").filter(({ still }) => still).length).toBeGreaterThan(10);
  });

  it("is not spoken of when the monitor is off", async () => {
    const path = await made("off", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=8:duration=8");
    const log = await watchClip(path, { sceneMonitor: false });
    expect(told(log)).toEqual([]);
    expect(log.all("thought.done").some(({ unfamiliar }) => unfamiliar)).toBe(false);
  });
});
