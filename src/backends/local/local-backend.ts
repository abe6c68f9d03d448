import { join } from "node:path";
import type { Backend, BackendReport, BackendStreamOptions, ModelInfo } from "../../engine/mod.ts";
import { type Bundle, loadBundle, QuestionNotes, requireCacheSizes, TextCodec } from "../../models/mod.ts";
import { collectGarbage } from "../../worker/mod.ts";
import { describeModel } from "./describe-model.ts";
import { LocalStream } from "./local-stream.ts";
import type { LocalPort } from "./port.ts";
import { tryOut } from "./trial.ts";
import { WorkerPair } from "./worker-pair.ts";

/** How long no stream must be open before garbage is collected (ms). Then it delays nobody. */
const IDLE_MS = 600;

export interface LocalBackendOptions {
  /** Folder of the model bundle. */
  readonly model: string;
  /** Inference threads of each of the two workers; default 1, so that the two fill two cores. */
  readonly threads?: number;
  /** Most words that a drafter guesses for each decode step; default 2, 0: no drafter. The output does not change. */
  readonly draftWords?: number;
}

/** Runs a bundle on this machine. The main thread only passes messages; inference runs in the workers. */
export class LocalBackend implements Backend {
  readonly model: ModelInfo;
  readonly died: Promise<Error>;
  private readonly codec: TextCodec;
  private readonly notes: QuestionNotes;
  private readonly streams = new Map<string, LocalStream>();
  private port!: LocalPort;
  private tellDeath!: (error: Error) => void;
  private idle: NodeJS.Timeout | undefined;

  private constructor(bundle: Bundle) {
    this.model = describeModel(bundle);
    this.codec = new TextCodec(bundle);
    this.notes = new QuestionNotes(bundle.manifest, this.codec);
    this.died = new Promise((resolve) => {
      this.tellDeath = resolve;
    });
  }

  /** @throws {ModelError} when the bundle cannot be used */
  static async start({ model, threads = 1, draftWords = 2 }: LocalBackendOptions): Promise<LocalBackend> {
    const bundle = await loadBundle(model);
    requireCacheSizes(bundle);
    const backend = new LocalBackend(bundle);
    backend.port = await WorkerPair.start(
      { bundle, threads, draftWords },
      {
        onReport: (stream, report) => backend.streams.get(stream)?.receive(report),
        onClosed: (stream) => backend.forget(stream),
        onDeath: (error) => backend.die(error),
      },
    );
    try {
      await tryOut(backend, join(bundle.dir, "bundle.json"));
    } catch (error) {
      await backend.close();
      throw error;
    }
    return backend;
  }

  open(id: string, options: BackendStreamOptions, report: (report: BackendReport) => void): LocalStream {
    clearTimeout(this.idle);
    const { model, codec, notes, port } = this;
    const stream = new LocalStream(id, { model, codec, notes, port, report });
    this.streams.set(id, stream);
    this.port.send({ type: "open", stream: id, options });
    return stream;
  }

  async close(): Promise<void> {
    for (const id of [...this.streams.keys()]) this.forget(id);
    clearTimeout(this.idle);
    await this.port.stop();
  }

  private forget(id: string): void {
    this.streams.get(id)?.released();
    this.streams.delete(id);
    if (this.streams.size === 0) this.collectWhenIdle();
  }

  /** An idle thread allocates nothing, so it would hold the pictures and buffers of the streams that have gone. */
  private collectWhenIdle(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(collectGarbage, IDLE_MS).unref();
  }

  /** Dead workers confirm no closing, so every stream counts as closed. */
  private die(error: Error): void {
    for (const id of [...this.streams.keys()]) this.forget(id);
    this.tellDeath(error);
  }
}
