import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastValueFrom, take, toArray } from "rxjs";
import { openVideo } from "../../src/ingest/mod.ts";
import { percentile } from "../lib/statistics.ts";
import type { Cameras, Felt } from "./cameras.ts";

/**
 * Time until an attack is under way (ms). What is felt until then is not counted: its clients connect and use up what each
 * of them may send at once. On two cores of an AMD EPYC thoughts come up to 0.6 s late meanwhile, once.
 */
export const SETTLE_MS = 1500;
const AFTER_MS = 500;

/** What cameras felt beside an attacker, and beside a process that burned as much CPU time without connecting. */
export interface Compared {
  readonly attacked: Felt;
  readonly burned: Felt;
  /** CPU time of the attacker (cores). */
  readonly cores: number;
}

/** The first pictures of a clip, four a second, as JPEGs. */
export async function cameraPictures(clip: string): Promise<Uint8Array[]> {
  const options = { width: 320, height: 240, fps: 4, pace: "max" } as const;
  const frames = await lastValueFrom(openVideo(clip, options).pipe(take(40), toArray()));
  return await Promise.all(frames.map((frame) => frame.jpeg(320)));
}

function start(what: "attack" | "burn", value: string): ChildProcess {
  const options = { execArgv: ["--import", "tsx"] };
  return fork(join(import.meta.dirname, "attacker.ts"), [what, value], options);
}

/** Lets a process work beside the cameras. Returns what they felt meanwhile, and its CPU time (cores). */
async function workBeside(
  child: ChildProcess,
  { url, cameras, seconds }: CompareOptions,
): Promise<{ readonly felt: Felt; readonly cores: number }> {
  await once(child, "message");
  const startedAtMs = performance.now();
  child.send({ url });
  await sleep(SETTLE_MS);
  cameras.take();
  await sleep(seconds * 1000);
  const felt = cameras.take();
  const wallMs = performance.now() - startedAtMs;
  child.send("stop");
  const [{ cpuMs }] = (await once(child, "message")) as [{ readonly cpuMs: number }];
  if (child.exitCode === null) await once(child, "exit");
  return { felt, cores: cpuMs / wallMs };
}

export interface CompareOptions {
  readonly url: string;
  readonly cameras: Cameras;
  /** Length of each part of a round (s). */
  readonly seconds: number;
  readonly rounds: number;
}

/** Compares an attack with a process that burns as much CPU time, in turn, so that both have the same machine. */
export async function compare(attack: string, options: CompareOptions): Promise<Compared> {
  const attacked: Felt = { latenciesMs: [], sent: 0, dropped: 0 };
  const burned: Felt = { latenciesMs: [], sent: 0, dropped: 0 };
  let cores = 0;
  for (let round = 0; round < options.rounds; round++) {
    const under = await workBeside(start("attack", attack), options);
    add(attacked, under.felt);
    cores += under.cores / options.rounds;
    // So that what the attack has left is not felt beside the other.
    await sleep(AFTER_MS);
    const beside = await workBeside(start("burn", String(Math.min(1, under.cores))), options);
    add(burned, beside.felt);
  }
  return { attacked, burned, cores };
}

function add(to: Felt, felt: Felt): void {
  to.latenciesMs.push(...felt.latenciesMs);
  to.sent += felt.sent;
  to.dropped += felt.dropped;
}

/** The latency (ms) that so many percent do not reach, and the share of the pictures that were dropped. */
export function summarize(
  { latenciesMs, sent, dropped }: Felt,
  percent: number,
): { readonly slowMs: number; readonly lost: number } {
  return { slowMs: percentile(latenciesMs, percent / 100), lost: dropped / sent };
}
