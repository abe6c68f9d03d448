import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/mod.ts";
import { EditedBundle } from "../support/edited-bundle.ts";
import { startTinyEngine } from "../support/engine.ts";
import { random } from "../support/random.ts";
import { feed, StreamLog, watch } from "../support/stream-log.ts";

/** The largest windows of the model; with them, the caches of one stream take 79 MB in vision and 158 MB in reasoning. */
const LARGE = { visualWindowUnits: 51_000, textWindowTokens: 154_000 };
const SMALL = { visualWindowUnits: 5, textWindowTokens: 24 };

async function startEngine() {
  const bundle = await EditedBundle.copy();
  await bundle.manifest(({ cache }) => {
    cache.visual_window_units = LARGE.visualWindowUnits;
    cache.text_window_tokens = LARGE.textWindowTokens;
  });
  try {
    return await startTinyEngine({ model: bundle.path });
  } finally {
    await bundle[Symbol.asyncDispose]();
  }
}

/** Opens a stream, and resolves once it has thought about a unit. */
async function openThinking(engine: Engine, windows: typeof LARGE): Promise<StreamLog> {
  const log = new StreamLog(engine.openStream(windows));
  const thought = log.next("thought.done");
  await feed(log.stream, engine.model, 0, engine.model.framesPerUnit);
  await Promise.race([thought, log.completed]);
  expect(log.all("thought.done")).toHaveLength(1);
  return log;
}

const rssMb = () => process.memoryUsage().rss / 2 ** 20;

describe("the memory for caches", () => {
  it("is not used up by streams with ever different windows", async () => {
    await using engine = await startEngine();
    const next = random(24);
    const open: StreamLog[] = [];
    for (let i = 0; i < 60; i++) {
      if (open.length === 5) await open.splice(next(5), 1)[0]!.stream.close();
      open.push(
        await openThinking(engine, {
          visualWindowUnits: LARGE.visualWindowUnits - next(25_000),
          textWindowTokens: LARGE.textWindowTokens - next(75_000),
        }),
      );
    }
    const log = await watch(new StreamLog(engine.openStream()), engine.model, 8);
    expect(log.thoughts).toHaveLength(4);
  });

  it("is given back to the system when the last stream has gone", async () => {
    await using engine = await startEngine();
    await (await openThinking(engine, SMALL)).stream.close();
    const before = rssMb();
    const kept = await openThinking(engine, SMALL);
    // The second stream gets the memory of the first, which is written to all over with zeros.
    for (let i = 0; i < 2; i++) await (await openThinking(engine, LARGE)).stream.close();
    expect(rssMb() - before).toBeGreaterThan(200);
    await kept.stream.close();
    await expect.poll(rssMb, { timeout: 5000 }).toBeLessThan(before + 60);
    await openThinking(engine, SMALL);
  });
});
