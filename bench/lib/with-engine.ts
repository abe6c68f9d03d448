import { createEngine, type LocalEngineOptions } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";

/** What is the same for all engines of a measurement. */
type EngineContext = Required<Pick<LocalEngineOptions, "model" | "threads">> &
  Pick<LocalEngineOptions, "isolation" | "settings">;

/** Runs something on an engine of its own, which is closed whatever happens. */
export async function withEngine<T>(
  { model, threads, isolation = "threads", settings }: EngineContext,
  use: (engine: Engine) => Promise<T>,
  options: Pick<LocalEngineOptions, "maxStreams" | "untrainedWindows" | "draftWords"> = {},
): Promise<T> {
  const engine = await createEngine({ model, threads, isolation, ...(settings && { settings }), ...options });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
