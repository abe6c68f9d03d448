import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { BackendReport } from "../engine/mod.ts";
import type { PublishedUnit } from "../vision/mod.ts";
import { collectGarbage, processNow } from "../worker/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import type { ReasonerFigures, ReasonerReport, ReasonerRequest, ReasonerSetup } from "./messages.ts";
import { openReasonerModel } from "./reasoner-model.ts";
import { ReasonerStream } from "./reasoner-stream.ts";
import { Scheduler, type Turn } from "./scheduler.ts";

const setup = workerData as ReasonerSetup;
const port = parentPort!;
const post = (message: ReasonerReport) => port.postMessage(message);
const { runner, stepTokens, speed, makeThinkers, drafters } = await openReasonerModel(setup);
const report = (stream: string, each: BackendReport) => post({ type: "report", stream, report: each });
const now = () => processNow() - setup.timeOrigin;

const streams = new Map<string, ReasonerStream>();
const scheduler = new Scheduler<ReasonerStream>({
  stepTokens,
  run: (steps) => runner.run(steps),
  onFailed: (stream, error) => {
    close(stream.id);
    reportFailure(stream.id, error);
  },
});
/** What has come; it is handled between two steps, so that nothing changes during one. */
const inbox: ReasonerRequest[] = [];
const arrivals: PublishedUnit[] = [];
const counts = { steps: 0, tokens: 0, busyMs: 0 };
let stopping = false;
let wake: () => void = () => {};

function open({ stream: id, options }: Extract<ReasonerRequest, { type: "open" }>): void {
  try {
    const sink: ReportSink = { now, report: (each) => report(id, each) };
    const stream = new ReasonerStream(id, options.held, makeThinkers(options, sink), sink);
    streams.set(id, stream);
    scheduler.join(stream);
  } catch (error) {
    reportFailure(id, error);
  }
}

function close(id: string): void {
  const stream = streams.get(id);
  if (stream === undefined) return;
  scheduler.leave(stream);
  stream.release();
  streams.delete(id);
}

function reportFailure(stream: string, error: unknown): void {
  report(stream, { type: "failed", message: `Reasoning failed: ${(error as Error).message}` });
}

function closeFinished(): void {
  for (const [id, stream] of [...streams]) {
    if (!stream.isFinished) continue;
    close(id);
    report(id, { type: "ended" });
  }
}

/** Requests come first: a stream is opened before its first unit is sent to the vision worker. */
function handleMessages(): void {
  for (const request of inbox.splice(0)) handle(request);
  for (const { stream, unit } of arrivals.splice(0)) streams.get(stream)?.receive(unit);
}

function handle(request: ReasonerRequest): void {
  switch (request.type) {
    case "open":
      open(request);
      return;
    case "ask":
      streams.get(request.stream)?.ask(request);
      return;
    case "cancel":
      streams.get(request.stream)?.cancel(request.task);
      return;
    case "end":
      streams.get(request.stream)?.end(request.units);
      return;
    case "close":
      close(request.stream);
      post({ type: "closed", stream: request.stream });
      return;
    case "ping":
      post({ type: "pong" });
      return;
    case "figures":
      post({ type: "figures", reasoner: figures() });
      return;
    case "stop":
      stopping = true;
  }
}

function figures(): ReasonerFigures {
  const drafts = (what: "drafted" | "accepted") => drafters.reduce((sum, each) => sum + each.counts[what], 0);
  return {
    ...counts,
    waiting: scheduler.waiting,
    drafted: drafts("drafted"),
    accepted: drafts("accepted"),
    cacheBytes: { ...runner.memory.heldBytes },
  };
}

function count(turns: readonly Turn<ReasonerStream>[], busyMs: number): void {
  if (turns.length === 0) return;
  counts.steps++;
  counts.tokens += turns.reduce((sum, { step }) => sum + step.tokens.length, 0);
  counts.busyMs += busyMs;
}

async function work(): Promise<void> {
  while (!stopping) {
    handleMessages();
    const startedAtMs = now();
    const turns = await scheduler.step();
    count(turns, now() - startedAtMs);
    closeFinished();
    if (streams.size === 0 && runner.trim()) collectGarbage();
    if (turns.length > 0) await yieldToMessages();
    else if (inbox.length + arrivals.length === 0 && !stopping)
      await new Promise<void>((resolve) => (wake = resolve));
  }
  setup.units.close();
  port.close();
}

port.on("message", (request: ReasonerRequest) => {
  inbox.push(request);
  wake();
});
setup.units.on("message", (published: PublishedUnit) => {
  arrivals.push(published);
  wake();
});
post({ type: "ready", speed });
void work();
