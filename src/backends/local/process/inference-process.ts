import type { ChildProcess } from "node:child_process";
import { EngineError } from "../../../engine/mod.ts";
import { ModelError, type ModelErrorCode } from "../../../models/mod.ts";
import { timeOrigin, Watch } from "../../../worker/mod.ts";
import type { LocalPort, LocalPortListener, LocalRequest, Measured, PortSetup } from "../port.ts";
import { LastLines } from "./last-lines.ts";
import { launchInference } from "./launch.ts";
import type { FromInference, ToInference } from "./messages.ts";

/** How long a process that has closed its channel may take to end (ms). Then its own reason for it is told. */
const END_PATIENCE_MS = 1000;

export interface InferenceProcessOptions extends PortSetup {
  /** How long a worker, or the process as a whole, may not answer (ms). */
  readonly hangMs: number;
}

/**
 * A process that runs the two workers of a model, and the channel to it. When a worker hangs in a native call, nothing
 * but the end of its process gets rid of it. So it has a process that can be killed, at any time: nothing in it is worth
 * saving.
 */
export class InferenceProcess implements LocalPort {
  measured!: Measured;
  private readonly watch: Watch;
  private readonly lastLines = new LastLines();
  /** Resolves with the reason when the process has ended. */
  private readonly ended: Promise<string>;
  private isStopping = false;
  /** Why it is being killed; null: what the system says of its end is the reason. */
  private reason: string | null = null;
  private started: (outcome: Error | null) => void = () => {};

  private constructor(
    private readonly child: ChildProcess,
    private readonly listener: LocalPortListener,
    hangMs: number,
  ) {
    child.on("message", (messages: readonly FromInference[]) => {
      for (const message of messages) this.take(message);
    });
    child.once("disconnect", () => setTimeout(() => this.kill(), END_PATIENCE_MS).unref());
    this.watch = new Watch({
      ping: () => this.post({ type: "ping" }),
      hangMs,
      onSilence: (silentMs) =>
        this.kill(`The inference process has not answered for ${seconds(silentMs)} and was killed.`),
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.lastLines.add(text);
      process.stderr.write(text);
    });
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.watch.close();
        resolve(this.reason ?? `${endOf(code, signal)}${this.lastLines.sentence}`);
      });
    });
  }

  /**
   * @param launch starts the process
   * @throws {ModelError} when a worker cannot open its graph
   * @throws {EngineError} `worker_failed` when the process cannot be started, or ends before it is ready
   */
  static async start(
    { hangMs, ...setup }: InferenceProcessOptions,
    listener: LocalPortListener,
    launch: () => Promise<ChildProcess> = launchInference,
  ): Promise<InferenceProcess> {
    const child = await launch().catch((cause: Error) => {
      const message = `The inference process cannot be started (${cause.message}). See whether the machine has memory, processes and open files left, then try again.`;
      throw new EngineError("worker_failed", message, { cause });
    });
    const inference = new InferenceProcess(child, listener, hangMs);
    const outcome = new Promise<Error | null>((resolve) => {
      inference.started = resolve;
    });
    void inference.ended.then((reason) => inference.started(new EngineError("worker_failed", reason)));
    inference.post({ type: "start", setup: { ...setup, hangMs, timeOrigin: timeOrigin() } });
    const error = await outcome;
    if (error !== null) {
      await inference.stop();
      throw error;
    }
    void inference.ended.then((reason) => {
      if (!inference.isStopping) listener.onDeath(new Error(reason));
    });
    return inference;
  }

  send(request: LocalRequest): void {
    this.post(request);
  }

  /** Kills the process at once. That takes no longer while it computes, or hangs. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.kill();
    await this.ended;
  }

  private take(message: FromInference): void {
    switch (message.type) {
      case "report":
        this.listener.onReport(message.stream, message.report);
        return;
      case "closed":
        this.listener.onClosed(message.stream);
        return;
      case "figures":
        this.listener.onFigures(message.figures);
        return;
      case "pong":
        this.watch.answered();
        return;
      case "ready":
        this.measured = message.measured;
        this.started(null);
        return;
      case "refused":
        this.started(revived(message));
        return;
      case "failed":
        this.kill(message.message);
    }
  }

  private post(message: ToInference): void {
    // What cannot be sent any more is no loss: the end of the process is told.
    if (this.child.connected) this.child.send(message, () => {});
  }

  private kill(reason: string | null = null): void {
    this.reason ??= reason;
    this.child.kill("SIGKILL");
  }
}

/** What the system says of a process's end, as a sentence. */
function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `The inference process ended with code ${code}.`;
  if (signal !== "SIGKILL") return `The inference process was ended by ${signal}.`;
  return "The inference process was killed (SIGKILL), by somebody or by the system because memory had run out.";
}

function revived({ name, code, message }: Extract<FromInference, { type: "refused" }>): Error {
  return name === "ModelError" ? new ModelError(code as ModelErrorCode, message) : new Error(message);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
