import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { TextCodec } from "../models/mod.ts";
import type { PublishedUnit } from "../vision/messages.ts";
import { processNow } from "../worker/clock.ts";
import type { ReasonerReport, ReasonerRequest, ReasonerSetup } from "./messages.ts";
import { type MindContext, StreamMind } from "./stream-mind.ts";
import { ThinkSession } from "./think-session.ts";

const setup = workerData as ReasonerSetup;
const port = parentPort!;
const context: MindContext = {
  bundle: setup.bundle,
  codec: new TextCodec(setup.bundle),
  now: () => processNow() - setup.clockOrigin,
  report: (report: ReasonerReport) => port.postMessage(report),
};
const minds = new Map<string, StreamMind>();
const session = await ThinkSession.open(setup.bundle, setup.threads);
let stopping = false;
let wake: () => void = () => {};

/** Gives every thinker of every stream one step; false when nobody had one to take. */
async function round(): Promise<boolean> {
  let worked = false;
  for (const [stream, mind] of [...minds]) {
    try {
      for (const thinker of mind.thinkers()) {
        const step = thinker.prepare();
        if (step === null) continue;
        worked = true;
        mind.began(thinker);
        thinker.accept(await session.run(step));
      }
    } catch (error) {
      minds.delete(stream);
      context.report({ type: "failed", stream, message: (error as Error).message });
    }
    if (mind.finished && minds.delete(stream)) context.report({ type: "ended", stream });
  }
  return worked;
}

async function think(): Promise<void> {
  while (!stopping) {
    if (await round()) await yieldToMessages();
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  setup.units.close();
  port.close();
}

function handle(request: ReasonerRequest): void {
  switch (request.type) {
    case "open":
      minds.set(request.stream, new StreamMind(request.stream, request.options, context));
      return;
    case "ask":
      minds.get(request.stream)?.ask(request);
      return;
    case "cancel":
      minds.get(request.stream)?.cancel(request.answer);
      return;
    case "end":
      minds.get(request.stream)?.end(request.units);
      return;
    case "close":
      minds.delete(request.stream);
      context.report({ type: "closed", stream: request.stream });
      return;
    case "stop":
      stopping = true;
  }
}

port.on("message", (request: ReasonerRequest) => {
  handle(request);
  wake();
});
setup.units.on("message", ({ stream, unit }: PublishedUnit) => {
  minds.get(stream)?.receive(unit);
  wake();
});
context.report({ type: "ready" });
void think();
