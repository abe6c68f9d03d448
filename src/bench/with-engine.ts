import { createEngine, type Engine, type EngineOptions } from "../engine/mod.ts";
import type { ExperimentContext } from "./experiment.ts";

/** Runs something on an engine of its own, which is closed whatever happens. */
export async function withEngine<T>(
  { model, threads }: Pick<ExperimentContext, "model" | "threads">,
  use: (engine: Engine) => Promise<T>,
  options: Pick<EngineOptions, "maxStreams" | "untrainedWindows" | "draftWords"> = {},
): Promise<T> {
  const engine = await createEngine({ model, threads, ...options });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
