import { filter, firstValueFrom } from "rxjs";
import { createEngine } from "../../../src/backends/mod.ts";
import type { AnswerDone, Engine, EngineStream } from "../../../src/engine/mod.ts";
import { RgbFrame } from "../../../src/ingest/mod.ts";
import { abortable } from "../../lib/abortable.ts";
import { movingPictures } from "../moving-pictures.ts";
import { ANSWER_TOKENS, type Asked } from "./asked.ts";

export interface WatchingOptions {
  /** Folder of the bundle. */
  readonly bundle: string;
  /** Side of the pictures (px); undefined: the largest with which it keeps up here. */
  readonly side: number | undefined;
  /** Inference threads of each of its two workers. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Frames before a question that come at the pace of a camera, so that it finds the engine as a live one is. */
const AT_PACE = 3;

/** This project's engine, which watches one camera at a frame a second and is asked meanwhile. */
export class WatchingEngine {
  private seconds = 0;
  private readonly pictures: ReturnType<typeof movingPictures>;

  private constructor(
    private readonly engine: Engine,
    private readonly stream: EngineStream,
    private readonly signal: AbortSignal,
  ) {
    this.pictures = movingPictures(engine.model.width, engine.model.height);
  }

  static async start({ bundle, side, threads, signal }: WatchingOptions): Promise<WatchingEngine> {
    const engine = await createEngine({
      model: bundle,
      threads,
      wishes: { fps: 1, side, windowUnits: undefined },
    });
    return new WatchingEngine(engine, engine.openStream({ answerTokens: ANSWER_TOKENS }), signal);
  }

  /** Side of the pictures (px). */
  get side(): number {
    return this.engine.model.width;
  }

  /** Most frames that its windows hold at a time. */
  get held(): number {
    const { sinkUnits, limits, framesPerUnit } = this.engine.model;
    return (sinkUnits + limits.visualWindowUnits) * framesPerUnit;
  }

  /** Watches until it has seen so many seconds: as fast as it can, and the last frames at their own pace. */
  async watch(until: number): Promise<void> {
    while (this.seconds < until) {
      const paced = until - this.seconds <= AT_PACE;
      const startedAt = performance.now();
      await abortable(firstValueFrom(this.stream.ready$.pipe(filter(Boolean))), this.signal);
      const stamp = {
        seq: this.seconds,
        mediaTimeMs: this.seconds * 1000,
        arrivedAtMs: performance.now(),
      };
      this.stream.push(new RgbFrame(stamp, this.pictures[this.seconds % this.pictures.length]!));
      this.seconds++;
      const left = Math.max(0, startedAt + 1000 - performance.now());
      if (paced) await abortable(new Promise((resolve) => setTimeout(resolve, left)), this.signal);
    }
  }

  /** Asks now, about what it has seen. */
  async ask(question: string): Promise<Asked> {
    const answered = firstValueFrom(
      this.stream.events$.pipe(filter((event): event is AnswerDone => event.type === "answer.done")),
    );
    this.stream.ask(question);
    const { status, firstMs, doneMs, tokens } = await abortable(answered, this.signal);
    if (status === "failed") throw new Error("The engine could not answer.");
    return { firstMs, doneMs, tokens: tokens.answer, promptTokens: null };
  }

  async close(): Promise<void> {
    await this.stream.close();
    await this.engine.close();
  }
}
