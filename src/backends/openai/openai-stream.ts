import type {
  BackendReport,
  BackendStream,
  BackendStreamOptions,
  ModelInfo,
  Unit,
} from "../../engine/mod.ts";
import { Answerer } from "./answerer.ts";
import type { RemoteError, RemoteModel } from "./client/mod.ts";
import { Narrator } from "./narrator.ts";
import { Reachability } from "./reachability.ts";
import { type SeenUnit, Sight } from "./sight.ts";

export interface OpenAiStreamContext {
  readonly model: RemoteModel;
  readonly info: ModelInfo;
  readonly report: (report: BackendReport) => void;
  /** Called when the stream is closed, so that the backend can forget it. */
  readonly gone: () => void;
}

/**
 * One stream of the remote backend. Its pictures stand before all text of every prompt, so the server's prefix cache is
 * its visual cache, C_v; the narrator and the questions are requests side by side on that prefix.
 */
export class OpenAiStream implements BackendStream {
  private readonly stop = new AbortController();
  private readonly sight: Sight;
  private readonly narrator: Narrator;
  private readonly answerer: Answerer;
  private seen = 0;
  private total: number | null = null;
  private isOver = false;

  constructor(
    options: BackendStreamOptions,
    private readonly context: OpenAiStreamContext,
  ) {
    const { model, info } = context;
    const report = (each: BackendReport) => this.report(each);
    const reachability = new Reachability(report);
    const { signal } = this.stop;
    const broken = (error: Error) => this.fail(`The backend of the remote model is at fault. ${error.stack}`);
    const refused = (error: RemoteError, visual: SeenUnit["visual"]) => this.sight.refused(error, visual);
    this.narrator = new Narrator({ model, options, reachability, report, refused, broken, signal }, () =>
      this.goOn(),
    );
    this.answerer = new Answerer(
      {
        ...{ model, options, reachability, report, broken },
        questionTokens: info.limits.questionTokens,
        thoughts: () => this.narrator.memory.text,
      },
      () => this.goOn(),
    );
    this.sight = new Sight(
      {
        windowUnits: options.visualWindowUnits,
        stillLevels: options.stillLevels,
        largestSide: Math.max(info.width, info.height),
      },
      (unit) => this.take(unit),
      ({ message }) => this.fail(`The picture of a frame cannot be read. ${message}`),
    );
  }

  see(unit: Unit): void {
    this.sight.see(unit);
  }

  ask(task: string, question: string, when: "now" | "end"): null {
    this.answerer.ask(task, question, when);
    return null;
  }

  cancel(task: string): void {
    this.answerer.cancel(task);
  }

  end(units: number): void {
    this.total = units;
    queueMicrotask(() => this.goOn());
  }

  async close(): Promise<void> {
    this.isOver = true;
    this.stop.abort();
    this.answerer.close();
    this.context.gone();
  }

  private take(unit: SeenUnit): void {
    if (this.isOver) return;
    const { visual: _, mediaTimeMs: __, ...seen } = unit;
    this.report({ type: "seen", ...seen, scene: null });
    this.seen++;
    this.narrator.add(unit);
    this.answerer.seen(unit);
    this.goOn();
  }

  /** Goes on to the end of the stream, as far as it has come: all seen, all thought about, all answered. */
  private goOn(): void {
    if (this.isOver || this.total === null || this.seen < this.total) return;
    this.narrator.release();
    if (!this.narrator.isIdle) return;
    this.answerer.finish();
    if (!this.answerer.isIdle) return;
    this.report({ type: "ended" });
    this.isOver = true;
  }

  private fail(message: string): void {
    this.report({ type: "failed", message });
    void this.close();
  }

  private report(report: BackendReport): void {
    if (!this.isOver) this.context.report(report);
  }
}
