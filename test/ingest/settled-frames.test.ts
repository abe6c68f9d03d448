import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { RawFrame } from "../../src/ingest/ffmpeg-process.ts";
import { settledFrames } from "../../src/ingest/settled-frames.ts";

/** Reads frames that were read at given times (ms); bursts come at once, the others after a short wait. */
async function settled(
  times: readonly number[],
  {
    failure,
    damaged = [],
    sparse = false,
  }: { failure?: Error; damaged?: readonly number[]; sparse?: boolean } = {},
): Promise<number[]> {
  let i = 0;
  const read = async (): Promise<RawFrame | null> => {
    const [before = Number.NEGATIVE_INFINITY, at] = [times[i - 1], times[i++]];
    if (at === undefined && failure !== undefined) throw failure;
    if (at === undefined) return null;
    await sleep(at - before > 10 ? 60 : 0);
    return { bytes: new Uint8Array(0), readAtMs: at, isWhole: !damaged.includes(at) };
  };
  const given: number[] = [];
  for await (const { readAtMs } of settledFrames(read, { sparse })) given.push(readAtMs!);
  return given;
}

it("gives on every frame of a steady camera", async () => {
  const times = [0, 200, 400, 600, 800];
  expect(await settled(times)).toEqual(times);
});

it("gives on only the last frame of the burst with which a source begins", async () => {
  expect(await settled([0, 0, 1, 5, 8, 210, 410])).toEqual([8, 210, 410]);
});

it("gives nothing on for a second after a stall, be it a burst or what a decoder had held back", async () => {
  const stalled = [0, 200, 400, 6000, 6002, 6004, 6250, 6500, 6990, 7004, 7200, 7400];
  expect(await settled(stalled)).toEqual([0, 200, 400, 7004, 7200, 7400]);
});

it("leaves dense frames alone where nothing had waited", async () => {
  expect(await settled([0, 200, 201, 400])).toEqual([0, 200, 201, 400]);
});

it("fails with its source, after what came before", async () => {
  await expect(settled([0, 200], { failure: new Error("lost") })).rejects.toThrowError("lost");
});

it("leaves out damaged pictures", async () => {
  expect(await settled([0, 200, 400, 600], { damaged: [200, 400] })).toEqual([0, 600]);
});

it("gives on every key frame of a steady camera, however far apart they are, also when that changes", async () => {
  const times = [0, 2000, 4000, 6000];
  expect(await settled(times, { sparse: true })).toEqual(times);
  // The first long wait may have been a stall; from the next one on it is what is usual.
  expect(await settled([0, 2000, 4000, 14_000, 24_000, 34_000], { sparse: true })).toEqual([
    ...[0, 2000, 4000, 24_000, 34_000],
  ]);
});

it("leaves out the key frames that come at once after a stall", async () => {
  const stalled = [0, 2000, 4000, 30_000, 30_002, 30_500, 32_000, 34_000];
  expect(await settled(stalled, { sparse: true })).toEqual([0, 2000, 4000, 32_000, 34_000]);
});
