/**
 * What the border to an inference process costs: the CPU time of the main threads on both sides, for many streams that
 * are fed as fast as the engine takes them. Linux only.
 *
 * @example
 * node --import tsx bench/speed/border.ts process 48 16
 * node --import tsx bench/speed/border.ts threads 48 16
 */
import { readdir, readFile } from "node:fs/promises";
import { filter, firstValueFrom, lastValueFrom, take } from "rxjs";
import { createEngine } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { BUNDLED_MODEL, RgbFrame } from "../../src/index.ts";

/** Length of a tick in which Linux counts CPU time (ms). */
const TICK_MS = 10;

/** CPU time of the main threads of this process and of those that it has started (ms). */
async function mainThreadsMs(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const times = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/task/${pid}/stat`, "utf8").catch(() => "");
      // Behind the name, in brackets: state, parent, and from the twelfth on the ticks of user and system.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const isOwn = Number(pid) === process.pid || Number(fields[1]) === process.pid;
      return isOwn ? TICK_MS * (Number(fields[11]) + Number(fields[12])) : 0;
    }),
  );
  return times.reduce((sum, ms) => sum + ms, 0);
}

/** Feeds a stream with pictures that differ in every pixel, and waits for its end. */
async function play(engine: Engine, units: number): Promise<void> {
  const { width, height, fps, framesPerUnit } = engine.model;
  const stream = engine.openStream();
  const ended = lastValueFrom(stream.events$);
  for (let seq = 0; seq < framesPerUnit * units; seq++) {
    await firstValueFrom(stream.ready$.pipe(filter(Boolean), take(1)));
    const data = new Uint8Array(3 * width * height).map(
      (_, i) => (i * 7 + seq * 31 + ((i * seq) % 97)) % 256,
    );
    const stamp = { seq, mediaTimeMs: (seq * 1000) / fps, arrivedAtMs: performance.now() };
    stream.push(new RgbFrame(stamp, { width, height, data }));
  }
  stream.end();
  await ended;
}

const [isolation, streams = 48, units = 16] = process.argv.slice(2);
const engine = await createEngine({
  model: BUNDLED_MODEL,
  isolation: isolation === "process" ? "process" : "threads",
});
const [before, all] = [await mainThreadsMs(), process.cpuUsage()];
await Promise.all(Array.from({ length: Number(streams) }, () => play(engine, Number(units))));
const { user, system } = process.cpuUsage(all);
const aUnit = (ms: number) => (ms / (Number(streams) * Number(units))).toFixed(2);
console.log(`Main threads: ${aUnit((await mainThreadsMs()) - before)} ms of CPU time a unit.`);
console.log(`All threads of this process: ${aUnit((user + system) / 1000)} ms of CPU time a unit.`);
await engine.close();
