import { setTimeout as sleep } from "node:timers/promises";
import { openVideo } from "../../../src/ingest/mod.ts";
import { CAMERA_PICTURE_SIDE } from "../../../src/streams/mod.ts";
import { childrenOf, memoryOf } from "../../../test/support/processes.ts";
import { MeasureError } from "../../lib/errors.ts";
import { coresUsed } from "../../lib/processor-time.ts";

/** What an ffmpeg took while it decoded a camera. */
export interface DecoderUse {
  readonly cores: number;
  /** Frames that came, a second. */
  readonly framesPerSecond: number;
  readonly residentMiB: number;
}

export interface DecoderSettings {
  /** What the model takes (px). */
  readonly width: number;
  readonly height: number;
  /** Most frames a second that are taken. */
  readonly fps: number;
  readonly decode: "all" | "keyframes";
  readonly hwaccel?: string;
}

/** How long something is watched. */
export interface Watch {
  /** s */
  readonly seconds: number;
  /** From its first frame on, until the beginning is over, which is not counted (ms). */
  readonly settleMs: number;
}

/**
 * Decodes a camera as a server does, and says what its ffmpeg took.
 *
 * @throws {IngestError} when the camera cannot be decoded
 * @throws {MeasureError} `cameras_missing` when nothing is seen of it while it is watched
 */
export async function decoderUse(
  url: string,
  settings: DecoderSettings,
  { seconds, settleMs }: Watch,
  signal: AbortSignal,
): Promise<DecoderUse> {
  const before = new Set((await childrenOf(process.pid)).map(({ pid }) => pid));
  let frames = 0;
  let failure: unknown = null;
  let tell: () => void = () => {};
  const firstCame = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const options = {
    ...settings,
    live: true,
    pace: "realtime",
    largeSide: CAMERA_PICTURE_SIDE,
    signal,
  } as const;
  const playing = openVideo(url, options).subscribe({
    next: () => {
      frames++;
      tell();
    },
    error: (error) => {
      failure = error;
      tell();
    },
  });
  try {
    await firstCame;
    await sleep(settleMs, undefined, { signal });
    const children = await childrenOf(process.pid);
    const pids = children
      .filter(({ pid, command }) => !before.has(pid) && command.includes("rawvideo"))
      .map(({ pid }) => pid);
    const framesBefore = frames;
    const cores = await coresUsed(pids, () => sleep(1000 * seconds, undefined, { signal }));
    if (failure !== null) throw failure;
    if (frames === framesBefore) throw new MeasureError("cameras_missing", `Nothing was seen of ${url}.`);
    const memory = await Promise.all(pids.map(memoryOf));
    return {
      cores,
      framesPerSecond: (frames - framesBefore) / seconds,
      residentMiB: memory.reduce((sum, { now }) => sum + now, 0),
    };
  } finally {
    playing.unsubscribe();
  }
}
