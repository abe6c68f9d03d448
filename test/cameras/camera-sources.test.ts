import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CameraEntry, CameraRoster } from "../../src/cameras/mod.ts";
import { readLimits } from "../../src/server/mod.ts";
import { StreamRegistry } from "../../src/streams/mod.ts";
import { makeTempDir } from "../support/media.ts";
import { ScriptedEngine } from "../support/scripted-engine.ts";
import { picture, until } from "../support/server.ts";

/** A roster on real sources, with one camera. */
async function startCamera(entry: CameraEntry) {
  const limits = readLimits();
  const streams = new StreamRegistry({ engine: new ScriptedEngine(), limits, maxStreams: 1, maxCameras: 1 });
  const fault = (error: unknown) => {
    throw error;
  };
  const roster = new CameraRoster({ streams, state: null, onTrouble: () => {}, onFault: fault });
  onTestFinished(() => roster.close(0));
  await roster.load(new Map([["door", entry]]));
  return roster;
}

async function folderOfPictures(count: number): Promise<string> {
  const dir = await makeTempDir();
  onTestFinished(() => dir.remove());
  for (let i = 0; i < count; i++)
    await writeFile(
      join(dir.path, `${i}.png`),
      await picture("png", { width: 800, height: 600, colour: "#ffffff" }),
    );
  return dir.path;
}

/** The brightness of the newest picture at two places, and its width (px). */
async function seen(roster: CameraRoster) {
  const frame = roster.get("door")!.stream!.newestFrame!;
  const { data, info } = await sharp(await frame.jpeg(4096))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number) => data[Math.floor(info.height / 2) * info.width + Math.floor(x * info.width)]!;
  return { left: at(0.1), right: at(0.9), width: info.width };
}

const LEFT = [
  [0, 0],
  [0.4, 0],
  [0.4, 1],
  [0, 1],
] as [number, number][];

describe("what an entry says of a camera", () => {
  it("has its effect: the interval, the loop, the mask, the zones, and larger pictures for people", async () => {
    const url = await folderOfPictures(2);
    const roster = await startCamera({
      ...{ url, interval: 0.1, loop: true },
      ...{ mask: [LEFT], zones: { gate: LEFT } },
    });
    const stream = () => roster.get("door")!.stream!;
    await until("more pictures than there are", () => (stream().newestFrame?.mediaTimeMs ?? 0) >= 300);
    expect((stream().newestFrame!.mediaTimeMs + 1) % 100).toBeLessThan(2);
    expect(stream().zones).toEqual({ gate: LEFT });
    const { left, right, width } = await seen(roster);
    expect([left, right > 240]).toEqual([0, true]);
    expect(width).toBeGreaterThanOrEqual(640);
  });

  it("has its effect: a folder that is watched tells no picture that was there before", async () => {
    const url = await folderOfPictures(1);
    const roster = await startCamera({ url, interval: 0.05, watch: true });
    const stream = () => roster.get("door")!.stream!;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stream().newestFrame).toBeNull();
    await writeFile(join(url, "later.png"), await picture("png"));
    await until("the new picture", () => stream().newestFrame !== null);
  });
});
