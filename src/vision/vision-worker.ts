import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { collectGarbage, processNow } from "../worker/mod.ts";
import type { PublishedUnit, UnitFrames, VisionReport, VisionRequest, VisionSetup } from "./messages.ts";
import { openVisionModel } from "./open-vision-model.ts";
import type { SeeingStream } from "./vision-model.ts";

/** Most units that are seen together. In a larger batch, the unit that came first would wait longer. */
const BATCH = 4;

interface WaitingUnit {
  readonly stream: string;
  readonly vision: SeeingStream;
  readonly unit: UnitFrames;
}

const setup = workerData as VisionSetup;
const port = parentPort!;
const now = () => processNow() - setup.timeOrigin;
const post = (message: VisionReport) => port.postMessage(message);
const fail = (stream: string, error: unknown) => {
  const message = `Vision failed: ${(error as Error).message}`;
  post({ type: "report", stream, report: { type: "failed", message } });
};
const { model, speeds } = await openVisionModel(setup);
const streams = new Map<string, SeeingStream>();
/** Requests that have come; they are handled between two batches, so that nothing changes during one. */
const inbox: VisionRequest[] = [];
const waiting: WaitingUnit[] = [];
const counts = { units: 0, busyMs: 0 };
let stopping = false;
let wake: () => void = () => {};

function close(stream: string): void {
  streams.get(stream)?.release();
  streams.delete(stream);
}

function handle(request: VisionRequest): void {
  switch (request.type) {
    case "open":
      streams.set(request.stream, model.openStream(request.options));
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
    case "ping":
      post({ type: "pong" });
      return;
    case "figures":
      post({
        type: "figures",
        vision: { ...counts, waiting: waiting.length, cacheBytes: model.cacheBytes },
      });
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
      if (!("stream" in request)) throw error;
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
  const seen = await model.run(batch, now);
  // Taken before they are published, because reasoning may begin with them at once.
  const finishedAtMs = now();
  counts.units += batch.length;
  counts.busyMs += finishedAtMs - startedAtMs;
  seen.forEach(({ unit, transfer }, i) => {
    const published: PublishedUnit = { stream: batch[i]!.stream, unit };
    setup.publish.postMessage(published, [...transfer]);
  });
  seen.forEach(({ report }, i) => {
    if (report === null) return;
    post({ type: "report", stream: batch[i]!.stream, report: report({ startedAtMs, finishedAtMs }) });
  });
}

async function work(): Promise<void> {
  while (!stopping) {
    handleRequests();
    if (streams.size === 0 && model.trim()) collectGarbage();
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
post({ type: "ready", speeds });
void work();
