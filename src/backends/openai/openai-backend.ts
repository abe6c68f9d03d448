import type {
  Backend,
  BackendFigures,
  BackendReport,
  BackendStream,
  BackendStreamOptions,
  ModelInfo,
} from "../../engine/mod.ts";
import { RemoteError, RemoteModel, type RemoteModelOptions } from "./client/mod.ts";
import { describeModel } from "./describe-model.ts";
import { explainPlan } from "./explain-plan.ts";
import { measure } from "./measure.ts";
import { OpenAiStream } from "./openai-stream.ts";
import { type Allowance, makePlan, type Wishes } from "./plan.ts";

/** A thought or an answer about live video that takes longer is of no use. */
const REQUEST_TIMEOUT_MS = 60_000;

export interface OpenAiBackendOptions extends RemoteModelOptions {
  /** How often and how large frames are looked at; default: what the server keeps up with. */
  readonly wishes?: Wishes;
}

/**
 * A backend that uses a model on OpenAI-compatible servers. It never dies: while no server can be reached, its streams
 * skip thoughts and say so.
 */
export class OpenAiBackend implements Backend {
  readonly died = new Promise<Error>(() => {});
  private readonly streams = new Set<OpenAiStream>();

  private constructor(
    readonly model: ModelInfo,
    private readonly remote: RemoteModel,
  ) {}

  /**
   * Connects to the servers and measures what they can do.
   *
   * @throws {RemoteError} when they cannot be used
   */
  static async start({ wishes = {}, ...options }: OpenAiBackendOptions): Promise<OpenAiBackend> {
    const remote = await RemoteModel.connect({ requestTimeoutMs: REQUEST_TIMEOUT_MS, ...options });
    try {
      const measured = await measure(remote, wishes);
      const plan = makePlan(measured, wishes, allowanceOf(options));
      if (plan === null)
        throw new RemoteError(
          "remote_context_too_short",
          `The context of ${remote.info.id} is too short for one picture. Start its server with a longer one, or use --picture-size for smaller pictures.`,
        );
      const because = explainPlan(plan, measured, wishes, allowanceOf(options));
      return new OpenAiBackend(describeModel(remote.info.id, plan, because), remote);
    } catch (error) {
      await remote.close();
      throw error;
    }
  }

  get isReachable(): boolean {
    return this.remote.health.up;
  }

  async figures(): Promise<BackendFigures> {
    const elsewhere = { vision: null, steps: null, waiting: null, cacheBytes: null, drafts: null };
    return { ...elsewhere, process: null, remote: this.remote.figures };
  }

  open(_id: string, options: BackendStreamOptions, report: (report: BackendReport) => void): BackendStream {
    const gone = () => this.streams.delete(stream);
    const stream = new OpenAiStream(options, { model: this.remote, info: this.model, report, gone });
    this.streams.add(stream);
    return stream;
  }

  async close(): Promise<void> {
    await Promise.all([...this.streams].map((stream) => stream.close()));
    await this.remote.close();
  }
}

function allowanceOf({ callsPerMinute, maxTokensPerMinute }: OpenAiBackendOptions): Allowance {
  return { callsPerMinute, maxTokensPerMinute };
}
