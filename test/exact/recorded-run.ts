import * as ort from "onnxruntime-node";
import type { Bundle } from "../../src/models/mod.ts";
import { TextCodec } from "../../src/models/mod.ts";
import type { ReasonerReport } from "../../src/reasoner/messages.ts";
import { StreamMind } from "../../src/reasoner/stream-mind.ts";
import { ThinkSession } from "../../src/reasoner/think-session.ts";
import type { Thinker } from "../../src/reasoner/thinker.ts";
import { SeeSession } from "../../src/vision/see-session.ts";
import { StreamVision } from "../../src/vision/stream-vision.ts";

/** One real step: what was fed, the logits that came out. */
export interface RecordedStep {
  readonly thinker: Thinker;
  readonly tokens: readonly number[];
  readonly logits: Float32Array;
  /** The newest unit in the thinkers' visual cache when it ran. */
  readonly newest: number;
}

export interface Sessions {
  readonly see: SeeSession;
  readonly think: ThinkSession;
  readonly tokens: ort.InferenceSession;
}

export async function openSessions(bundle: Bundle): Promise<Sessions> {
  const [see, think, tokens] = await Promise.all([
    SeeSession.open(bundle, 1),
    ThinkSession.open(bundle, 1),
    ort.InferenceSession.create(`${bundle.dir}/tokens.onnx`, { intraOpNumThreads: 1 }),
  ]);
  return { see, think, tokens };
}

export interface Windows {
  readonly visualWindowUnits: number;
  readonly textWindowTokens: number;
}

/** A stream on the real caches, thinkers and graphs, driven step by step in this thread, all of it recorded. */
export class RecordedRun {
  readonly steps: RecordedStep[] = [];
  readonly reports: ReasonerReport[] = [];
  /** Visual tokens of each unit before the stack: `[tokens, width]`. */
  readonly embeddings: Float32Array[] = [];
  readonly times: number[] = [];
  /** Units whose thought was finished when a question was taken up. */
  readonly finishedAtBirth = new Map<Thinker, number>();
  private readonly mind: StreamMind;
  private readonly vision: StreamVision;
  private tokensState: Record<string, ort.Tensor>;
  private asked = 0;

  constructor(
    private readonly bundle: Bundle,
    private readonly sessions: Sessions,
    windows: Windows,
  ) {
    const { manifest } = bundle;
    this.vision = new StreamVision(manifest, windows.visualWindowUnits);
    this.mind = new StreamMind(
      "stream",
      {
        ...windows,
        thoughtTokens: manifest.thinking.thought_tokens,
        answerTokens: manifest.thinking.answer_tokens,
        temperature: 0,
        seed: 0,
        held: false,
      },
      { bundle, codec: new TextCodec(bundle), now: () => 0, report: (report) => this.reports.push(report) },
    );
    const picture = 3 * manifest.vision.width * manifest.vision.height;
    const dims = [1, 3, manifest.vision.height, manifest.vision.width];
    this.tokensState = {
      previous: new ort.Tensor("float32", new Float32Array(picture), dims),
      background: new ort.Tensor("float32", new Float32Array(picture), dims),
      seen: new ort.Tensor("float32", new Float32Array(1), [1]),
    };
  }

  /** Encodes a unit and publishes it. */
  async see(mediaTimeMs: number, frames: Uint8Array, seconds: readonly number[]): Promise<void> {
    const { width, height, frames_per_unit } = this.bundle.manifest.vision;
    const unit = this.times.length;
    this.times.push(mediaTimeMs);
    const out = await this.sessions.tokens.run({
      ...this.tokensState,
      frames: new ort.Tensor("uint8", frames, [1, frames_per_unit, height, width, 3]),
      seconds: new ort.Tensor("float32", Float32Array.from(seconds), [1, frames_per_unit]),
    });
    this.embeddings.push((out.tokens!.data as Float32Array).slice());
    this.tokensState = { previous: out.previous_out!, background: out.background_out!, seen: out.seen_out! };
    this.vision.prepare({ unit, mediaTimeMs });
    const kv = await this.sessions.see.run(this.vision, frames, seconds);
    this.vision.cache.append({ unit, mediaTimeMs, kv });
    this.mind.receive({ unit, mediaTimeMs, kv });
  }

  ask(tokens: readonly number[]): void {
    this.mind.ask({ answer: `answer-${this.asked++}`, tokens, when: "now" });
  }

  /**
   * One step of one thinker, as the worker does it; false when nobody has one.
   * @param pick chooses who is asked first
   */
  async step(pick: number): Promise<boolean> {
    const thinkers = this.mind.thinkers();
    const finished = this.reports.filter((report) => report.type === "thought.done").length;
    for (const thinker of thinkers) {
      if (!this.finishedAtBirth.has(thinker)) this.finishedAtBirth.set(thinker, finished);
    }
    for (let i = 0; i < thinkers.length; i++) {
      const thinker = thinkers[(pick + i) % thinkers.length]!;
      const step = thinker.prepare();
      if (step === null) continue;
      const result = await this.sessions.think.run(step);
      const newest = this.mind.newestUnit;
      this.steps.push({ thinker, tokens: step.tokens, logits: result.logits.slice(), newest });
      thinker.accept(result);
      return true;
    }
    return false;
  }
}
