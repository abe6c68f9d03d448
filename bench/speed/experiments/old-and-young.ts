import { filter, firstValueFrom } from "rxjs";
import type { Engine, EngineStream } from "../../../src/engine/mod.ts";
import { abortable } from "../../lib/abortable.ts";
import { mean, median } from "../../lib/statistics.ts";
import { feed } from "../camera.ts";
import type { Clip } from "../clip.ts";

/** A stretch of units (ms). */
export interface Stretch {
  /** Median. */
  readonly ttft: number;
  /** Median. */
  readonly encoded: number;
  /** Mean. */
  readonly reasoned: number;
}

/** An old stream and a young one on the same frames, one right after the other. */
export interface OldAndYoung {
  /** Units that the old stream had seen before. */
  readonly atUnit: number;
  readonly old: Stretch;
  readonly young: Stretch;
}

export interface Ages {
  readonly engine: Engine;
  /** The old stream, fed up to the unit `from`. */
  readonly stream: EngineStream;
  readonly clip: Clip;
  readonly from: number;
  readonly units: number;
  readonly oldFirst: boolean;
  readonly signal: AbortSignal;
}

/**
 * Feeds an old stream its next units, and a young one the same: what the machine does meanwhile is in both. The young
 * one first sees as much as fills its windows.
 */
export async function compareAges(ages: Ages): Promise<OldAndYoung> {
  const { engine, from, units } = ages;
  const fresh = engine.openStream();
  const before = Math.min(from, engine.model.limits.visualWindowUnits + engine.model.sinkUnits);
  const old = { stream: ages.stream, seen: from };
  const young = { stream: fresh, seen: before };
  await stretch({ stream: fresh, seen: 0 }, ages, { from: from - before, to: from });
  const measured: Partial<Record<"old" | "young", Stretch>> = {};
  for (const age of ages.oldFirst ? (["old", "young"] as const) : (["young", "old"] as const))
    measured[age] = await stretch({ old, young }[age], ages, { from, to: from + units });
  await fresh.close();
  return { atUnit: from, old: measured.old!, young: measured.young! };
}

/** Feeds units as fast as they are taken, once those before are thought about, and waits until these are, too. */
async function stretch(
  { stream, seen }: { readonly stream: EngineStream; readonly seen: number },
  { engine, clip, signal }: Ages,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Stretch> {
  const { framesPerUnit } = engine.model;
  if (seen > 0) await thoughtAbout(stream, seen - 1, signal);
  const times = { ttft: [] as number[], encoded: [] as number[], reasoned: [] as number[] };
  const watching = stream.events$.subscribe((event) => {
    if (event.type === "unit.seen") {
      times.encoded.push(event.encoded.finishedAtMs - event.encoded.startedAtMs);
    } else if (event.type === "thought.done") {
      times.ttft.push(event.ttftMs);
      times.reasoned.push(event.reasoned.finishedAtMs - event.reasoned.startedAtMs);
    }
  });
  try {
    await feed(stream, clip, { from: from * framesPerUnit, to: to * framesPerUnit }, signal);
    await thoughtAbout(stream, seen + to - from - 1, signal);
  } finally {
    watching.unsubscribe();
  }
  return { ttft: median(times.ttft), encoded: median(times.encoded), reasoned: mean(times.reasoned) };
}

async function thoughtAbout(stream: EngineStream, unit: number, signal: AbortSignal): Promise<void> {
  const { thoughts, skips } = stream.totals;
  if (thoughts + skips > unit) return;
  const heard = stream.events$.pipe(filter((event) => event.type === "thought.done" && event.unit >= unit));
  await abortable(firstValueFrom(heard, { defaultValue: null }), signal);
}
