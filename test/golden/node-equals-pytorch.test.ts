import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filter, firstValueFrom, lastValueFrom, toArray } from "rxjs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import type { Engine, EngineEvent, EngineStream } from "../../src/engine/mod.ts";
import { type Frame, RgbFrame } from "../../src/ingest/mod.ts";
import { loadBundle } from "../../src/models/mod.ts";
import { readTar } from "../support/tar.ts";

const MODEL = join(import.meta.dirname, "../../models/street-narrator");
const GOLDEN = join(import.meta.dirname, "../fixtures/golden");

interface GoldenClip {
  readonly strip: string;
  /** One a unit; empty for a skip. */
  readonly thoughts: readonly string[];
  readonly answers: readonly {
    readonly after_unit: number;
    readonly question: string;
    readonly answer: string;
  }[];
}

const golden = JSON.parse(readFileSync(join(GOLDEN, "golden.json"), "utf8")) as {
  readonly skip_bias: number;
  readonly clips: readonly GoldenClip[];
};
const strips = readTar(readFileSync(join(GOLDEN, "frames.tar")));

/** Frames of a strip: one square picture below the other. */
async function frames(strip: string, engine: Engine): Promise<Frame[]> {
  const { data, info } = await sharp(strips.get(strip))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, fps } = engine.model;
  const size = width * height * 3;
  return Array.from({ length: info.height / height }, (_, seq) => {
    const pixels = new Uint8Array(data.subarray(seq * size, (seq + 1) * size));
    const stamp = { seq, mediaTimeMs: (1000 * seq) / fps, arrivedAtMs: performance.now() };
    return new RgbFrame(stamp, { width, height, data: pixels });
  });
}

const next = <T extends EngineEvent["type"]>(
  stream: EngineStream,
  type: T,
  which: (event: Extract<EngineEvent, { type: T }>) => boolean,
) =>
  firstValueFrom(
    stream.events$.pipe(
      filter(
        (event): event is Extract<EngineEvent, { type: T }> => event.type === type && which(event as never),
      ),
    ),
  );

describe("the service says what PyTorch says, token for token", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ model: MODEL });
  });
  afterAll(() => engine.close());

  test("the golden clips were made with the bundle's own settings", async () => {
    expect((await loadBundle(MODEL)).manifest.thinking.skip_bias).toBe(golden.skip_bias);
    expect(
      golden.clips.flatMap((clip) => clip.thoughts).filter((text) => text !== "").length,
    ).toBeGreaterThan(10);
  });

  test.each(golden.clips)(
    "$strip: thoughts of every unit, answers in the middle and at the end",
    async (clip) => {
      // PyTorch looked at every unit.
      const stream = engine.openStream({ stillLevels: null });
      const events = lastValueFrom(stream.events$.pipe(toArray()));
      const pictures = await frames(clip.strip, engine);
      const { framesPerUnit } = engine.model;
      for (let unit = 0; unit < clip.thoughts.length; unit++) {
        const thought = next(stream, "thought.done", (event) => event.unit === unit);
        for (const frame of pictures.slice(unit * framesPerUnit, (unit + 1) * framesPerUnit))
          stream.push(frame);
        expect((await thought).text).toBe(clip.thoughts[unit]);
        for (const { question, answer } of clip.answers.filter(({ after_unit }) => after_unit === unit)) {
          const id = stream.ask(question);
          const done = await next(stream, "answer.done", (event) => event.answer === id);
          expect({ question, answer: done.text }).toEqual({ question, answer });
        }
      }
      stream.end();
      expect((await events).at(-1)?.type).toBe("stream.ended");
    },
  );
});
