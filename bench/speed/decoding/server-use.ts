import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf, memoryOf } from "../../../test/support/processes.ts";
import { MeasureError } from "../../lib/errors.ts";
import { coresUsed } from "../../lib/processor-time.ts";
import { ServerProcess } from "../../reliability/server-process.ts";
import type { Watch } from "./decoder-use.ts";

/** What the processes of a server took. */
export interface ServerUse {
  /** All its ffmpegs together. */
  readonly ffmpegCores: number;
  readonly ffmpegMiB: number;
  /** The server and the process of its model. */
  readonly serverCores: number;
  readonly serverMiB: number;
}

export interface ServerUseOptions extends Watch {
  /** Folder of the model's bundle. */
  readonly model: string;
  readonly signal: AbortSignal;
}

/** Longest time until all cameras are seen (ms). */
const PATIENCE_MS = 60_000;

/**
 * Runs a server with cameras, and says what it took.
 *
 * @param program the command line of thinkalong
 * @param folder for its configuration and its state
 * @throws {MeasureError} `cameras_missing`
 */
export async function serverUse(
  program: readonly [string, ...string[]],
  folder: string,
  urls: readonly string[],
  { seconds, settleMs, model, signal }: ServerUseOptions,
): Promise<ServerUse> {
  const config = join(folder, "cameras.json");
  const cameras = Object.fromEntries(urls.map((url, i) => [`camera${i}`, { url }]));
  await writeFile(config, JSON.stringify(urls.length === 0 ? {} : { cameras }));
  const state = join(folder, "state");
  await using server = await ServerProcess.start(
    program,
    ...["--config", config, "--state", state, "--model", model],
  );
  await allLive(server.url, urls.length, signal);
  await sleep(settleMs, undefined, { signal });
  const children = await childrenOf(server.pid);
  const isFfmpeg = ({ command }: { readonly command: string }) => command.includes("rawvideo");
  const ffmpegs = children.filter(isFfmpeg).map(({ pid }) => pid);
  const own = [server.pid, ...children.filter((child) => !isFfmpeg(child)).map(({ pid }) => pid)];
  const watch = () => sleep(1000 * seconds, undefined, { signal });
  const [ffmpegCores, serverCores] = await Promise.all([coresUsed(ffmpegs, watch), coresUsed(own, watch)]);
  return {
    ...{ ffmpegCores, serverCores },
    ffmpegMiB: await residentMiB(ffmpegs),
    serverMiB: await residentMiB(own),
  };
}

async function allLive(url: string, cameras: number, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${url}/v1/streams`, { signal });
    const { data } = (await response.json()) as { readonly data: readonly { readonly state: string }[] };
    const live = data.filter(({ state }) => state === "live").length;
    if (live === cameras) return;
    if (performance.now() > deadlineMs) {
      const message = `Only ${live} of ${cameras} cameras were seen within ${PATIENCE_MS / 1000} s. Try it on a machine that has less to do.`;
      throw new MeasureError("cameras_missing", message);
    }
    await sleep(100, undefined, { signal });
  }
}

async function residentMiB(pids: readonly number[]): Promise<number> {
  const memory = await Promise.all(pids.map(memoryOf));
  return memory.reduce((sum, { now }) => sum + (now || 0), 0);
}
