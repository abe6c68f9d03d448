import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf, memoryOf } from "../../../test/support/processes.ts";
import { ServerProcess } from "../../reliability/server-process.ts";
import type { Watch } from "./decoder-use.ts";
import { coresUsed } from "./processor-time.ts";

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

/** For each camera it takes longer until all are there (ms). */
const SETTLE_EACH_MS = 300;

/**
 * Runs a server with cameras, and says what it took.
 *
 * @param program the command line of thinkalong
 * @param folder for its configuration and its state
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
  await sleep(2 * settleMs + SETTLE_EACH_MS * urls.length, undefined, { signal });
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

async function residentMiB(pids: readonly number[]): Promise<number> {
  const memory = await Promise.all(pids.map(memoryOf));
  return memory.reduce((sum, { now }) => sum + (now || 0), 0);
}
