import { createEngine, type LocalEngineOptions } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";

/** Runs something on an engine of its own, which is closed whatever happens. */
export async function withEngine<T>(
  { model, threads }: Required<Pick<LocalEngineOptions, "model" | "threads">>,
  use: (engine: Engine) => Promise<T>,
  options: Pick<LocalEngineOptions, "maxStreams" | "untrainedWindows" | "draftWords"> = {},
): Promise<T> {
  const engine = await createEngine({ model, threads, ...options });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
