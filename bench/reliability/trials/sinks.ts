import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noticeOf, type SinkEntry, type SinkFigures, Sinks } from "../../../src/sinks/mod.ts";
import { type StreamHandle, type StreamListener, StreamRegistry } from "../../../src/streams/mod.ts";
import { makeTempDir } from "../../../test/support/media.ts";
import { alert, KeptLog } from "../../../test/support/notices.ts";
import { random } from "../../../test/support/random.ts";
import { ScriptedEngine } from "../../../test/support/scripted-engine.ts";
import { AMPLE_LIMITS } from "../../../test/support/stream-limits.ts";
import { MoodyReceiver } from "../moody-receiver.ts";
import { atMost, type Finding, none, type Outcome, type Trial, type TrialContext } from "../trial.ts";

const MINUTES = { short: 0.035, long: 2 };

/** How long a mood of the receiver lasts at most (ms). */
const MOOD_MS = 120;

/** Most alerts in one go; at most as often as every other `PAUSE_MS`. */
const BURST = 12;
const PAUSE_MS = 40;

/** How long one alert is tried, and how many may wait: so little that some are given up and some are dropped. */
const GIVE_UP_AFTER_S = 0.3;
const MAX_WAITING = 40;

/** How long the sinks may take to deliver what waits at the end (ms). */
const LAST_MS = 3000;

/** What was to be delivered, and what has become of it. */
interface Books {
  /** Ids in their order. */
  readonly told: readonly string[];
  /** Ids that the receiver has taken, in its order. */
  readonly taken: readonly string[];
  /** Ids of dead letters of the receiver's sink. */
  readonly dead: readonly string[];
  /** Ids in the file beside it. */
  readonly written: readonly string[];
  readonly figures: SinkFigures;
  readonly mostWaiting: number;
}

/** What is there again. */
function repeated(ids: readonly string[]): string[] {
  const before = new Set<string>();
  return ids.filter((id) => before.size === before.add(id).size);
}

function findings({ told, taken, dead, written, figures, mostWaiting }: Books): Finding[] {
  const place = new Map(told.map((id, at) => [id, at]));
  const first = [...new Set(taken)];
  const isKnown = new Set([...taken, ...dead]);
  const { delivered, failed, dropped, waiting } = figures;
  const some = (what: string, found: number): Finding => ({
    ...{ what, measured: String(found), bound: "some", held: found > 0 },
  });
  return [
    none(
      "alerts that were neither taken nor a dead letter",
      told.filter((id) => !isKnown.has(id)),
    ),
    none(
      "alerts that were taken, and that nobody had told",
      first.filter((id) => !place.has(id)),
    ),
    none(
      "alerts that were taken out of their order",
      first.filter((id, at) => at > 0 && place.get(id)! < place.get(first[at - 1]!)!),
    ),
    none("alerts with two dead letters", repeated(dead)),
    {
      what: "delivered + failed + dropped + waiting, by the sink's figures",
      measured: `${delivered} + ${failed} + ${dropped} + ${waiting}`,
      bound: `${told.length}, of which none waits`,
      held: delivered + failed + dropped === told.length && waiting === 0,
    },
    {
      what: "dead letters",
      measured: String(dead.length),
      bound: `${failed + dropped}, as the figures say`,
      held: dead.length === failed + dropped,
    },
    atMost("alerts that waited, with the one under way", mostWaiting, MAX_WAITING + 1, ""),
    none(
      "alerts that a file beside it does not have, or not in their order",
      told.filter((id, at) => written[at] !== id),
    ),
    // Or it would not have been tried.
    some("alerts that were taken", first.length),
    some(
      "that were taken twice, since it could not be told whether the first attempt came through",
      repeated(taken).length,
    ),
    some("that were given up", failed),
    some("that were dropped, since too many waited", dropped),
  ];
}

/** Raises alerts in bursts until the time is over. */
async function raise(stream: StreamHandle, below: (most: number) => number, untilMs: number): Promise<void> {
  for (let number = 0; performance.now() < untilMs; ) {
    for (let left = below(BURST + 1); left > 0; left--) stream.raise(alert(`person ${number++}`));
    await sleep(below(PAUSE_MS));
  }
}

async function run({ size, seed, signal, onProgress, ...context }: TrialContext): Promise<Outcome> {
  const minutes = context.minutes ?? MINUTES[size];
  const below = random(seed);
  const dir = await makeTempDir();
  await using receiver = await MoodyReceiver.start();
  const path = join(dir.path, "said.jsonl");
  const kept = new KeptLog();
  const sinks = new Sinks({ log: kept.log, waits: { firstMs: 10, mostMs: 80 } });
  await sinks.load(
    new Map<string, SinkEntry>([
      [
        "moody",
        {
          type: "webhook",
          url: receiver.url,
          timeout: 0.1,
          give_up_after: GIVE_UP_AFTER_S,
          max_waiting: MAX_WAITING,
        },
      ],
      ["file", { type: "jsonl", path }],
    ]),
  );
  const told: string[] = [];
  let mostWaiting = 0;
  const bookkeeper: StreamListener = (stream) =>
    void stream.log.from(null).subscribe((entry) => {
      if (!("event" in entry) || entry.event.type !== "alert.raised") return;
      told.push(noticeOf(stream, entry).id);
      mostWaiting = Math.max(mostWaiting, sinks.figures().moody!.waiting);
    });
  const engine = new ScriptedEngine();
  const streams = new StreamRegistry({
    ...{
      engine,
      limits: { ...AMPLE_LIMITS, idleTimeoutMs: 3_600_000 },
      maxStreams: 1,
      maxCameras: 1,
      listeners: [sinks.listener, bookkeeper],
    },
  });
  const stream = streams.open({ id: "door", kind: "camera" });
  const sinceMs = performance.now();
  const untilMs = sinceMs + minutes * 60_000;
  try {
    const raising = raise(stream, random(seed + 1), untilMs);
    while (performance.now() < untilMs) {
      signal.throwIfAborted();
      onProgress((performance.now() - sinceMs) / (untilMs - sinceMs), `${told.length} alerts`);
      await receiver.beUnwell(below, 10 + below(MOOD_MS));
      await sleep(below(MOOD_MS));
    }
    await raising;
    await sinks.close(LAST_MS);
    const written = (await readFile(path, "utf8")).split("\n").slice(0, -1);
    const books = {
      ...{ told, mostWaiting, taken: receiver.taken, figures: sinks.figures().moody! },
      dead: kept.deadLetters.filter(({ sink }) => sink === "moody").map(({ notice }) => notice!),
      written: written.map((line) => (JSON.parse(line) as { readonly id: string }).id),
    };
    return {
      tried: `${told.length} alerts in ${minutes} min, seed ${seed}, to a receiver that was well in between (${receiver.moods})`,
      findings: findings(books),
    };
  } finally {
    stream.close("completed");
    await sinks.close(0);
    await engine.close();
    await dir.remove();
  }
}

export const sinks: Trial = { name: "sinks", title: "A receiver that is slow, gone and back", run };
