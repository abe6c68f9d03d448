import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { TextCodec } from "../models/mod.ts";
import type { PublishedUnit } from "../vision/messages.ts";
import { processNow } from "../worker/monotonic-time.ts";
import type { ReasonerReport, ReasonerRequest, ReasonerSetup } from "./messages.ts";
import { NgramDrafter } from "./ngram-drafter.ts";
import { type ReasonerContext, ReasonerStream } from "./reasoner-stream.ts";
import { TextRunner, type TextStep } from "./text-runner.ts";
import type { Thinker } from "./thinker.ts";

/**
 * Tokens that one step takes at the most. More waits for the next step: a burst of long questions must not hold up
 * everybody's next word.
 */
const STEP_TOKENS = 96;

/** Measured: what gains most, if little (docs/benchmarks, drafts). */
const DRAFT_CONFIDENCE = 0.8;

interface Turn {
  readonly stream: string;
  readonly mind: ReasonerStream;
  readonly thinker: Thinker;
  readonly step: TextStep;
}

const setup = workerData as ReasonerSetup;
const port = parentPort!;
const post = (message: ReasonerReport) => port.postMessage(message);
const session = await TextRunner.open(setup.bundle, setup.threads);
const context: ReasonerContext = {
  bundle: setup.bundle,
  codec: new TextCodec(setup.bundle),
  memory: session.memory,
  drafters: { thoughts: makeDrafter(), answers: makeDrafter() },
  now: () => processNow() - setup.clockOrigin,
  report: (stream, report) => post({ type: "report", stream, report }),
};
function makeDrafter(): NgramDrafter {
  const { draftWords } = setup;
  return new NgramDrafter(setup.bundle.manifest.transformer.vocabulary, {
    words: draftWords,
    confidence: DRAFT_CONFIDENCE,
  });
}

const minds = new Map<string, ReasonerStream>();
/** Taken up between two steps, so that nothing changes under one. */
const inbox: ReasonerRequest[] = [];
const arrivals: PublishedUnit[] = [];
/** Who was left out of the last step for want of room comes first in the next. */
let first = 0;
let stopping = false;
let wake: () => void = () => {};

function forget(stream: string): boolean {
  minds.get(stream)?.release();
  return minds.delete(stream);
}

function fail(stream: string, error: unknown): void {
  if (forget(stream)) reportFailure(stream, error);
}

function reportFailure(stream: string, error: unknown): void {
  context.report(stream, { type: "failed", message: `Reasoning failed: ${(error as Error).message}` });
}

/** The next step of everybody who has one to take, up to the limit. */
function collect(): Turn[] {
  const turns: Turn[] = [];
  const order = [...minds];
  let tokens = 0;
  for (let i = 0; i < order.length; i++) {
    const at = (first + i) % order.length;
    const [stream, mind] = order[at]!;
    try {
      for (const thinker of mind.thinkers()) {
        if (tokens >= STEP_TOKENS) {
          first = at;
          return turns;
        }
        const step = thinker.prepare();
        if (step === null) continue;
        mind.began(thinker);
        turns.push({ stream, mind, thinker, step });
        tokens += step.tokens.length;
      }
    } catch (error) {
      fail(stream, error);
    }
  }
  return turns;
}

/** One step of all thinkers together; false when nobody had one to take. */
async function round(): Promise<boolean> {
  const turns = collect().filter(({ stream, mind }) => minds.get(stream) === mind);
  try {
    if (turns.length > 0) {
      const results = await session.run(turns.map(({ step }) => step));
      turns.forEach(({ thinker }, i) => {
        thinker.accept(results[i]!);
      });
    }
  } catch (error) {
    for (const { stream } of turns) fail(stream, error);
  }
  for (const [stream, mind] of [...minds]) {
    if (mind.finished && forget(stream)) context.report(stream, { type: "ended" });
  }
  return turns.length > 0;
}

async function think(): Promise<void> {
  while (!stopping) {
    takeMessages();
    if (await round()) await yieldToMessages();
    else if (inbox.length + arrivals.length === 0 && !stopping)
      await new Promise<void>((resolve) => (wake = resolve));
  }
  setup.units.close();
  port.close();
}

/** Requests first: a stream is opened before its first unit is sent to vision. */
function takeMessages(): void {
  for (const request of inbox.splice(0)) handle(request);
  for (const { stream, unit } of arrivals.splice(0)) minds.get(stream)?.receive(unit);
}

function handle(request: ReasonerRequest): void {
  switch (request.type) {
    case "open":
      try {
        minds.set(request.stream, new ReasonerStream(request.stream, request.options, context));
      } catch (error) {
        reportFailure(request.stream, error);
      }
      return;
    case "ask":
      minds.get(request.stream)?.ask(request);
      return;
    case "cancel":
      minds.get(request.stream)?.cancel(request.task);
      return;
    case "end":
      minds.get(request.stream)?.end(request.units);
      return;
    case "close":
      forget(request.stream);
      post({ type: "closed", stream: request.stream });
      return;
    case "stop":
      stopping = true;
  }
}

port.on("message", (request: ReasonerRequest) => {
  inbox.push(request);
  wake();
});
setup.units.on("message", (published: PublishedUnit) => {
  arrivals.push(published);
  wake();
});
post({ type: "ready" });
void think();
