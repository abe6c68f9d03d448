import { type AnswerDone, type Engine, EngineError, type EngineStream } from "../../engine/mod.ts";
import { RgbFrame } from "../../ingest/mod.ts";
import { printable } from "../printable.ts";
import { acceptedWord, type CheckPicture, drawPicture } from "./check-pictures.ts";

/** What each picture is asked. */
export const CHECK_QUESTION = "What is in this picture?";

/** Most tokens of a description: the first sentences tell whether it is right. */
const MOST_TOKENS = 64;

/** How a model described a picture. */
export interface Described {
  readonly picture: CheckPicture;
  readonly text: string;
  /** The accepted word that it used; null: none. */
  readonly found: string | null;
  readonly status: AnswerDone["status"];
  /** What went wrong; null when nothing did. */
  readonly problem: string | null;
  /** From the picture to the first and to the last word (ms). */
  readonly firstMs: number | null;
  readonly doneMs: number;
}

/**
 * Shows a picture to a model as a stream of one unit, and asks what is in it as any user would.
 *
 * @param tell called with what has been said so far
 * @throws {EngineError} when the stream fails
 */
export async function describePicture(
  engine: Engine,
  picture: CheckPicture,
  tell: (text: string) => void = () => {},
): Promise<Described> {
  const { answerTokens } = engine.model.limits;
  const stream = engine.openStream({ answerTokens: Math.min(MOST_TOKENS, answerTokens) });
  const startedAt = performance.now();
  let [text, firstMs] = ["", null as number | null];
  try {
    const { status, error } = await answerOf(engine, stream, picture, (delta) => {
      firstMs ??= performance.now() - startedAt;
      text = printable(text + delta).replace(/\s+/g, " ");
      tell(text);
    });
    const doneMs = performance.now() - startedAt;
    const found = acceptedWord(picture, text);
    return { picture, text: text.trim(), found, status, problem: error?.message ?? null, firstMs, doneMs };
  } finally {
    await stream.close();
  }
}

async function answerOf(
  { model }: Engine,
  stream: EngineStream,
  picture: CheckPicture,
  tell: (delta: string) => void,
): Promise<AnswerDone> {
  const pixels = await drawPicture(picture);
  return await new Promise<AnswerDone>((resolve, reject) => {
    stream.events$.subscribe({
      next: (event) => {
        switch (event.type) {
          case "unit.seen":
            stream.ask(CHECK_QUESTION);
            break;
          case "answer.delta":
            tell(event.delta);
            break;
          case "answer.done":
            resolve(event);
            break;
          case "stream.failed":
            if (event.fatal) reject(new EngineError("worker_failed", event.message));
            break;
        }
      },
      complete: () =>
        reject(new EngineError("stream_closed", "The stream ended before the picture was described.")),
    });
    for (let seq = 0; seq < model.framesPerUnit; seq++) {
      const mediaTimeMs = (1000 * seq) / model.fps;
      stream.push(new RgbFrame({ seq, mediaTimeMs, arrivedAtMs: performance.now() }, pixels));
    }
  });
}
