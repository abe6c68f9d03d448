import type { Backend, BackendReport, ModelInfo, Unit } from "../../engine/mod.ts";
import { RgbFrame } from "../../ingest/mod.ts";
import { ModelError } from "../../models/mod.ts";

/**
 * Longest time that the trial may take (ms): a graph might never end. Most models take a second. One of three billion
 * parameters reads a unit of its largest pictures in half a minute.
 */
const PATIENCE_MS = 240_000;

/** Tokens of the answer after which it is cancelled: a large model would take its time for a whole one. */
const ENOUGH_TOKENS = 4;

const ANSWER = "trial_0";

/** A unit in which something is to be seen: a ramp of brightness. */
function trialUnit({ width, height, fps, framesPerUnit }: ModelInfo): Unit {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => i % 251);
  const arrivedAtMs = performance.now();
  const frames = Array.from({ length: framesPerUnit }, (_, seq) => {
    const stamp = { seq, mediaTimeMs: (seq * 1000) / fps, arrivedAtMs };
    return new RgbFrame(stamp, { width, height, data });
  });
  const { mediaTimeMs } = frames.at(-1)!;
  const seconds = frames.map((_, i) => (i === 0 ? 0 : 1 / fps));
  return { unit: 0, frames, seconds, sinceMediaTimeMs: 0, mediaTimeMs, arrivedAtMs };
}

/**
 * Lets a stream with the largest windows see one unit, think about it and begin an answer. So a bundle that does
 * not fit together is refused at start, and not at each client's first picture.
 *
 * @param manifestPath named in the error
 * @throws {ModelError} `bundle_unusable`
 */
export async function tryOut(backend: Backend, manifestPath: string): Promise<void> {
  const { model } = backend;
  const { questionTokens: _, ...limits } = model.limits;
  const options = {
    ...limits,
    ...{ positions: model.positionSchemes[0] ?? null, stillLevels: null, sceneMonitor: true },
    ...{ temperature: 0, seed: 0, instructions: null, recap: null, skipLate: false, held: false },
  };
  let tell: (outcome: string | null) => void = () => {};
  const outcome = new Promise<string | null>((resolve) => {
    tell = resolve;
  });
  let said = 0;
  const stream = backend.open("trial", options, (report: BackendReport) => {
    const isAnswer = report.type === "task.token" && report.task === ANSWER;
    if (isAnswer && ++said === ENOUGH_TOKENS) stream.cancel(ANSWER);
    if (report.type === "failed") tell(report.message);
    if (report.type === "ended") tell(null);
  });
  const timeIsUp = setTimeout(() => tell(`It was not done within ${PATIENCE_MS} ms.`), PATIENCE_MS);
  void backend.died.then(({ message }) => tell(message));
  try {
    stream.see(trialUnit(model));
    stream.ask(ANSWER, "a", "end");
    stream.end(1);
    const problem = await outcome;
    if (problem !== null)
      throw new ModelError(
        "bundle_unusable",
        `A trial of the model failed: ${manifestPath} does not fit its graphs or this machine. ${problem}`,
      );
  } finally {
    clearTimeout(timeIsUp);
    await stream.close();
  }
}
