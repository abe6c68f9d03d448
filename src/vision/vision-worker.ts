import { parentPort, workerData } from "node:worker_threads";
import { processNow } from "../worker/clock.ts";
import type { PublishedUnit, UnitFrames, VisionReport, VisionRequest, VisionSetup } from "./messages.ts";
import { SeeSession } from "./see-session.ts";
import { StreamVision } from "./stream-vision.ts";

const setup = workerData as VisionSetup;
const port = parentPort!;
const streams = new Map<string, StreamVision>();
const now = () => processNow() - setup.clockOrigin;
const report = (message: VisionReport) => port.postMessage(message);

async function encode(session: SeeSession, stream: string, frames: UnitFrames): Promise<void> {
  const vision = streams.get(stream);
  if (vision === undefined) return;
  const startedAtMs = now();
  const place = { unit: frames.unit, mediaTimeMs: frames.mediaTimeMs };
  vision.prepare(place);
  const kv = await session.run(vision, frames.frames, frames.seconds);
  const unit = { ...place, kv };
  vision.cache.append(unit);
  // Before it is published: reasoning may begin with it at once.
  const finishedAtMs = now();
  const published: PublishedUnit = { stream, unit };
  setup.publish.postMessage(published, [kv.key.buffer as ArrayBuffer, kv.value.buffer as ArrayBuffer]);
  report({ type: "seen", stream, unit: frames.unit, startedAtMs, finishedAtMs });
}

const session = await SeeSession.open(setup.bundle, setup.threads);

async function handle(request: VisionRequest): Promise<void> {
  switch (request.type) {
    case "open":
      streams.set(request.stream, new StreamVision(setup.bundle.manifest, request.windowUnits));
      return;
    case "unit":
      return encode(session, request.stream, request.unit);
    case "close":
      streams.delete(request.stream);
      report({ type: "closed", stream: request.stream });
      return;
    case "stop":
      setup.publish.close();
      port.close();
  }
}

port.on("message", (request: VisionRequest) => {
  handle(request).catch((error: Error) => {
    if (request.type === "stop") throw error;
    report({ type: "failed", stream: request.stream, message: error.message });
  });
});
report({ type: "ready" });
