import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { collectGarbage, processNow } from "../worker/mod.ts";
import type { PublishedUnit, VisionReport, VisionRequest, VisionSetup } from "./messages.ts";
import { type UnitToSee, VisionRunner } from "./vision-runner.ts";
import type { VisionStream } from "./vision-stream.ts";

/** Most units that are seen together. In a larger batch, the unit that came first would wait longer. */
const BATCH = 4;

interface WaitingUnit extends UnitToSee {
  readonly stream: string;
}

const setup = workerData as VisionSetup;
const port = parentPort!;
const now = () => processNow() - setup.timeOrigin;
const post = (message: VisionReport) => port.postMessage(message);
const fail = (stream: string, error: unknown) => {
  const message = `Vision failed: ${(error as Error).message}`;
  post({ type: "report", stream, report: { type: "failed", message } });
};
const runner = await VisionRunner.open(setup.bundle, setup.threads);
const streams = new Map<string, VisionStream>();
/** Requests that have come; they are handled between two batches, so that nothing changes during one. */
const inbox: VisionRequest[] = [];
const waiting: WaitingUnit[] = [];
let stopping = false;
let wake: () => void = () => {};

function close(stream: string): void {
  streams.get(stream)?.cache.release();
  streams.delete(stream);
}

function handle(request: VisionRequest): void {
  switch (request.type) {
    case "open":
      streams.set(request.stream, runner.openStream(request.options));
      return;
    case "unit": {
      const vision = streams.get(request.stream);
      if (vision !== undefined) waiting.push({ stream: request.stream, vision, unit: request.unit });
      return;
    }
    case "close":
      close(request.stream);
      post({ type: "closed", stream: request.stream });
      return;
    case "stop":
      stopping = true;
  }
}

function handleRequests(): void {
  for (const request of inbox.splice(0)) {
    try {
      handle(request);
    } catch (error) {
      if (request.type === "stop") throw error;
      fail(request.stream, error);
    }
  }
}

/** Takes the oldest waiting units, at most one of a stream. Units of streams that were closed are dropped. */
function nextBatch(): WaitingUnit[] {
  const batch: WaitingUnit[] = [];
  for (let i = 0; i < waiting.length && batch.length < BATCH; ) {
    const { stream, vision } = waiting[i]!;
    if (batch.some((other) => other.stream === stream)) {
      i++;
      continue;
    }
    const [unit] = waiting.splice(i, 1);
    if (streams.get(stream) === vision) batch.push(unit!);
  }
  return batch;
}

async function see(batch: readonly WaitingUnit[]): Promise<void> {
  const startedAtMs = now();
  const seen = await runner.run(batch);
  // Taken before they are published, because reasoning may begin with them at once.
  const finishedAtMs = now();
  seen.forEach(({ unit }, i) => {
    const { stream } = batch[i]!;
    const published: PublishedUnit = { stream, unit };
    setup.publish.postMessage(published, [
      unit.kv.key.buffer as ArrayBuffer,
      unit.kv.value.buffer as ArrayBuffer,
    ]);
  });
  // Judged after they are published, so that reasoning does not wait for it.
  seen.forEach(({ unit, still }, i) => {
    const { stream, vision, unit: frames } = batch[i]!;
    const scene = vision.judgeScene(frames);
    const times = { startedAtMs, finishedAtMs };
    const evictedUnits = vision.cache.evicted;
    const report = { type: "seen", unit: unit.unit, still, scene, ...times, evictedUnits } as const;
    post({ type: "report", stream, report });
  });
}

async function work(): Promise<void> {
  while (!stopping) {
    handleRequests();
    if (streams.size === 0 && runner.trim()) collectGarbage();
    const batch = nextBatch();
    if (batch.length > 0) {
      try {
        await see(batch);
      } catch (error) {
        for (const { stream } of batch) {
          close(stream);
          fail(stream, error);
        }
      }
      await yieldToMessages();
    } else if (inbox.length === 0 && !stopping) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  setup.publish.close();
  port.close();
}

port.on("message", (request: VisionRequest) => {
  inbox.push(request);
  wake();
});
post({ type: "ready" });
void work();
