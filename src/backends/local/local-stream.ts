import type { BackendReport, BackendStream, Unit } from "../../engine/mod.ts";
import { EngineError } from "../../engine/mod.ts";
import { joinRgb } from "../../ingest/mod.ts";
import type { UnitFrames } from "../../vision/mod.ts";
import type { LocalModel } from "./local-model.ts";
import type { LocalPort } from "./port.ts";

export interface LocalStreamContext {
  readonly model: LocalModel;
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
    const { model, port } = this.context;
    const tokens = model.encode(question);
    const most = model.info.limits.questionTokens;
    if (tokens.length > most) {
      const message = `The question has ${tokens.length} tokens, and the limit is ${most}. Ask a shorter one.`;
      throw new EngineError("question_too_long", message, { param: "question" });
    }
    this.questions.set(task, question);
    port.send({ type: "ask", stream: this.id, task, text: question, tokens, when });
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
    const { model, report: pass } = this.context;
    if (report.type !== "task.done") {
      pass(report);
      return;
    }
    const question = this.questions.get(report.task);
    this.questions.delete(report.task);
    pass(question === undefined ? model.annotateThought(report) : model.annotate(question, report));
  }

  /** The frames of a unit in the form that the vision worker takes: in one buffer, which can be transferred. */
  private async pixels({ unit, frames, seconds, mediaTimeMs }: Unit): Promise<UnitFrames> {
    // All of one size, should the camera have changed in between.
    const { size, scaling } = this.context.model.scaling(frames.at(-1)!);
    const pixels = await joinRgb(frames, size.width, size.height, scaling);
    return { unit, mediaTimeMs, seconds, frames: pixels, size };
  }
}
