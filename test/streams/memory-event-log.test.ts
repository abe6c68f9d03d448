import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Gap, type LogEntry, MemoryEventLog, type Numbered } from "../../src/streams/mod.ts";

/** Events are numbers here: the bytes that they take. */
type Bytes = number;

const MAX_BYTES = 20;
const MAX_AGE_MS = 10;

function makeLog() {
  const time = { nowMs: 0 };
  const log = new MemoryEventLog<Bytes>({
    maxBytes: MAX_BYTES,
    maxAgeMs: MAX_AGE_MS,
    sizeOf: (bytes) => bytes,
    now: () => time.nowMs,
  });
  return { log, time };
}

describe("a log that goes on from an earlier one", () => {
  it("counts what came before as gone", () => {
    const log = new MemoryEventLog<Bytes>({ maxBytes: 99, maxAgeMs: 99, sizeOf: () => 1, firstNumber: 5 });
    expect(listen(log, 3).heard).toEqual([{ type: "gap", after: 3, upTo: 4 }]);
    expect(listen(log, 4).heard).toEqual([]);
    expect(() => log.append({ number: 4, event: 1 })).toThrowError(RangeError);
    log.append({ number: 5, event: 1 });
    expect(listen(log, null).heard).toEqual([
      { type: "gap", after: null, upTo: 4 },
      { number: 5, event: 1 },
    ]);
  });
});

function listen(log: MemoryEventLog<Bytes>, after: number | null) {
  const heard: LogEntry<Bytes>[] = [];
  const ears = { isCompleted: false };
  const listening = log
    .from(after)
    .subscribe({ next: (entry) => heard.push(entry), complete: () => (ears.isCompleted = true) });
  return Object.assign(ears, { heard, stop: () => listening.unsubscribe() });
}

const gap = (after: number | null, upTo: number): Gap => ({ type: "gap", after, upTo });

/** What a log should be: everything that was ever appended, and how much of it is gone by now. */
class Model {
  readonly all: { entry: Numbered<Bytes>; atMs: number }[] = [];

  /** What an append or a look at the log lets go of at this time. */
  gone(nowMs: number): number {
    let bytes = 0;
    let first = this.all.length;
    while (first > 0) {
      const { entry, atMs } = this.all[first - 1]!;
      bytes += entry.event;
      if (bytes > MAX_BYTES || atMs < nowMs - MAX_AGE_MS) break;
      first--;
    }
    return first;
  }

  /** What one who asks now is told of the past. */
  replay(after: number | null, nowMs: number): LogEntry<Bytes>[] {
    const first = this.gone(nowMs);
    const upTo = this.all[first - 1]?.entry.number ?? -1;
    const told = (after ?? -1) < upTo ? [gap(after, upTo)] : [];
    const held = this.all.slice(first).map(({ entry }) => entry);
    return [...told, ...held.filter(({ number }) => number > (after ?? -1))];
  }
}

type Step =
  | { readonly do: "append"; readonly bytes: Bytes; readonly skip: number }
  | { readonly do: "subscribe"; readonly after: number | null }
  | { readonly do: "unsubscribe"; readonly which: number }
  | { readonly do: "wait"; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("append" as const),
        bytes: fc.integer({ min: 1, max: 25 }),
        skip: fc.integer({ min: 0, max: 2 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("subscribe" as const),
        after: fc.option(fc.integer({ min: 0, max: 40 })),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("unsubscribe" as const), which: fc.nat(9) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 12 }) }),
    },
  ),
  { maxLength: 60 },
);

describe("an event log in memory", () => {
  it("tells everyone exactly what it asked for, or what is gone of it, in whatever order things happen", () => {
    fc.assert(
      fc.property(steps, (run: readonly Step[]) => {
        const { log, time } = makeLog();
        const model = new Model();
        const listeners: (ReturnType<typeof listen> & { expected: LogEntry<Bytes>[]; after: number })[] = [];
        let next = 0;
        for (const step of run) {
          switch (step.do) {
            case "append": {
              const entry = { number: next + step.skip, event: step.bytes };
              next = entry.number + 1;
              expect(log.append(entry)).toBe(entry.number);
              model.all.push({ entry, atMs: time.nowMs });
              for (const each of listeners) if (entry.number > each.after) each.expected.push(entry);
              break;
            }
            case "subscribe": {
              const expected = model.replay(step.after, time.nowMs);
              const after = step.after ?? -1;
              listeners.push(Object.assign(listen(log, step.after), { expected, after }));
              break;
            }
            case "unsubscribe": {
              const [gone] = listeners.splice(step.which, 1);
              gone?.stop();
              if (gone) expect(gone.heard).toEqual(gone.expected);
              break;
            }
            case "wait":
              time.nowMs += step.ms;
          }
          expect(log.oldest).toBe(model.all[model.gone(time.nowMs)]?.entry.number ?? null);
          expect(log.newest).toBe(model.all.at(-1)?.entry.number ?? null);
        }
        log.end();
        for (const { heard, expected, isCompleted } of listeners) {
          expect(heard).toEqual(expected);
          expect(isCompleted).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps the order for one who appends while it is told", () => {
    const { log } = makeLog();
    log.append({ number: 0, event: 1 });
    const first: number[] = [];
    const second: number[] = [];
    log.from(null).subscribe((entry) => {
      if (!("event" in entry)) return;
      first.push(entry.number);
      if (entry.number < 3) log.append({ number: entry.number + 1, event: 1 });
    });
    log.from(null).subscribe((entry) => "event" in entry && second.push(entry.number));
    log.append({ number: 7, event: 1 });
    expect(first).toEqual([0, 1, 2, 3, 7]);
    expect(second).toEqual([0, 1, 2, 3, 7]);
  });

  it("tells one who appends too much while it is told what it has missed", () => {
    const { log } = makeLog();
    log.append({ number: 0, event: 1 });
    const heard: LogEntry<Bytes>[] = [];
    let isFirst = true;
    log.from(null).subscribe((entry) => {
      heard.push(entry);
      if (isFirst) for (let number = 1; number < 4; number++) log.append({ number, event: 10 });
      isFirst = false;
    });
    expect(heard).toEqual([
      { number: 0, event: 1 },
      gap(0, 1),
      { number: 2, event: 10 },
      { number: 3, event: 10 },
    ]);
  });

  it("tells an event that is larger than all that it may hold to who listens, and a gap to who comes late", () => {
    const { log } = makeLog();
    const there = listen(log, null);
    log.append({ number: 5, event: MAX_BYTES + 1 });
    expect(there.heard).toEqual([{ number: 5, event: MAX_BYTES + 1 }]);
    expect([log.oldest, log.newest]).toEqual([null, 5]);
    expect(listen(log, null).heard).toEqual([gap(null, 5)]);
    expect(listen(log, 5).heard).toEqual([]);
  });

  it("can still be asked after its end, and takes nothing more", () => {
    const { log } = makeLog();
    log.append({ number: 0, event: 1 });
    log.end();
    const late = listen(log, null);
    expect(late).toMatchObject({ heard: [{ number: 0, event: 1 }], isCompleted: true });
    expect(() => log.append({ number: 1, event: 1 })).toThrowError(RangeError);
  });

  it("refuses a number that does not go up", () => {
    const { log } = makeLog();
    log.append({ number: 3, event: 1 });
    for (const number of [3, 2, Number.NaN]) {
      expect(() => log.append({ number, event: 1 })).toThrowError(RangeError);
    }
  });
});
