import type { BackendReport, BackendStream, ModelInfo, Unit } from "../../engine/mod.ts";
import { EngineError } from "../../engine/mod.ts";
import { joinRgb } from "../../ingest/mod.ts";
import type { QuestionNotes, TextCodec } from "../../models/mod.ts";
import type { UnitFrames } from "../../vision/mod.ts";
import type { LocalPort } from "./port.ts";

export interface LocalStreamContext {
  readonly model: ModelInfo;
  readonly codec: TextCodec;
  readonly notes: QuestionNotes;
  readonly port: LocalPort;
  readonly report: (report: BackendReport) => void;
}

/**
 * One stream of the local backend. Turns frames into pixels and questions into tokens, and passes the workers' reports
 * on.
 */
export class LocalStream implements BackendStream {
  private readonly questions = new Map<string, string>();
  /** Resolves when the pixels of all earlier units have been sent, so that units keep their order. */
  private handedOn: Promise<void> = Promise.resolve();
  private state: "open" | "closing" | "released" = "open";
  private onReleased: () => void = () => {};
  private readonly wasReleased = new Promise<void>((resolve) => {
    this.onReleased = resolve;
  });

  constructor(
    readonly id: string,
    private readonly context: LocalStreamContext,
  ) {}

  see(unit: Unit): void {
    const pixels = this.pixels(unit);
    this.handedOn = this.handedOn
      .then(() => pixels)
      .then(
        (frames) => {
          if (this.state === "open") this.context.port.send({ type: "unit", stream: this.id, unit: frames });
        },
        (error: Error) =>
          this.receive({ type: "failed", message: `The pixels of a frame cannot be read. ${error.message}` }),
      );
  }

  ask(task: string, question: string, when: "now" | "end"): number {
    const { codec, model, port } = this.context;
    const tokens = codec.encode(question);
    const most = model.limits.questionTokens;
    if (tokens.length > most) {
      const message = `The question has ${tokens.length} tokens, and the limit is ${most}. Ask a shorter one.`;
      throw new EngineError("question_too_long", message, { param: "question" });
    }
    this.questions.set(task, question);
    port.send({ type: "ask", stream: this.id, task, tokens, when });
    return tokens.length;
  }

  cancel(task: string): void {
    this.context.port.send({ type: "cancel", stream: this.id, task });
  }

  end(units: number): void {
    this.context.port.send({ type: "end", stream: this.id, units });
  }

  async close(): Promise<void> {
    if (this.state === "open") {
      this.state = "closing";
      this.context.port.send({ type: "close", stream: this.id });
    }
    await this.wasReleased;
  }

  /** The workers have released the stream, or are dead. */
  released(): void {
    this.state = "released";
    this.onReleased();
  }

  receive(report: BackendReport): void {
    if (this.state !== "open") return;
    const question = report.type === "task.done" ? this.questions.get(report.task) : undefined;
    if (report.type !== "task.done" || question === undefined) {
      this.context.report(report);
      return;
    }
    this.questions.delete(report.task);
    const { cannotAnswer, exampleQuestions: examples } = this.context.model;
    const isUnanswerable = cannotAnswer !== null && report.text === cannotAnswer;
    const unanswerable = isUnanswerable
      ? { unknownWords: this.context.codec.unknownWords(question), examples }
      : null;
    const note = isUnanswerable || report.text === "" ? null : this.context.notes.on(question);
    this.context.report({ ...report, unanswerable, note });
  }

  /** The frames of a unit in the form that the vision worker takes: in one buffer, which can be transferred. */
  private async pixels({ unit, frames, seconds, mediaTimeMs }: Unit): Promise<UnitFrames> {
    const { width, height } = this.context.model;
    return { unit, mediaTimeMs, seconds, frames: await joinRgb(frames, width, height) };
  }
}
