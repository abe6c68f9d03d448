import { type ProbeResult, probe, RemoteError, RemoteModel, type RemoteModelOptions } from "./client/mod.ts";
import { explainPlan } from "./explain-plan.ts";
import { noPictures, toMeasured } from "./measure.ts";
import { makePlan, type Plan } from "./plan.ts";

export interface ProbeServerOptions {
  /** Most time for all measurements (ms); what does not fit is not measured. Default: three minutes. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
  /** Called before each measurement with what is measured. */
  readonly onStep?: (what: string) => void;
}

/** What a server can do, and what thinkalong would do with it. */
export interface ProbedServer {
  readonly found: ProbeResult;
  /** How a stream would look and think; null: it cannot be used, because its context is too short for a picture. */
  readonly plan: Plan | null;
  /** For people: why it would do that, in whole sentences; null without a plan. */
  readonly because: string | null;
}

/**
 * Measures in full what a server can do.
 *
 * @throws {RemoteError} also for a model that takes no pictures, or on which no picture could be measured
 */
export async function probeServer(
  server: RemoteModelOptions,
  options: ProbeServerOptions = {},
): Promise<ProbedServer> {
  const remote = await RemoteModel.connect(server);
  try {
    if (remote.info.takesImages === false) throw noPictures(remote.info.id);
    const found = await probe(remote, { ...options, depth: "full" });
    const failed = found.notMeasured.find(({ what }) => what.startsWith("a picture"));
    if (found.takesImages !== false && found.pictures.length === 0 && failed)
      throw new RemoteError("remote_failed", `No picture could be measured on ${found.model}. ${failed.why}`);
    const measured = toMeasured(found, []);
    const plan = makePlan(measured);
    return { found, plan, because: plan && explainPlan(plan, measured, {}, {}) };
  } finally {
    await remote.close();
  }
}
