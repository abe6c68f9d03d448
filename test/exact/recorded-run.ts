import type { PositionSchemeName } from "../../src/cache/mod.ts";
import type { Bundle } from "../../src/models/mod.ts";
import { TextCodec } from "../../src/models/mod.ts";
import { NgramDrafter } from "../../src/reasoner/ngram-drafter.ts";
import { type ReasonerContext, ReasonerStream } from "../../src/reasoner/reasoner-stream.ts";
import { TextRunner, type TextStep } from "../../src/reasoner/text-runner.ts";
import type { Thinker } from "../../src/reasoner/thinker.ts";
import { type EncoderState, ImageEncoder } from "../../src/vision/image-encoder.ts";
import { VisionRunner } from "../../src/vision/vision-runner.ts";
import type { VisionStream } from "../../src/vision/vision-stream.ts";
import { ReportLog } from "../support/report-log.ts";

/** What one thinker fed in one real step, and what came out. */
export interface RecordedStep {
  readonly thinker: Thinker;
  /** The tokens that stayed; a draft that was wrong has left no trace. */
  readonly tokens: readonly number[];
  /** Of each of them, as the graph gave them. */
  readonly logits: readonly Float32Array[];
  /** The same with the mask and the bias of whoever chose from them; untouched where nobody did. */
  readonly masked: readonly Float32Array[];
  /** The newest unit in the thinkers' visual cache when it ran. */
  readonly newest: number;
}

export interface Sessions {
  readonly see: VisionRunner;
  readonly think: TextRunner;
  readonly encoder: ImageEncoder;
}

export async function openSessions(bundle: Bundle): Promise<Sessions> {
  const [see, think, encoder] = await Promise.all([
    VisionRunner.open(bundle, 1),
    TextRunner.open(bundle, 1),
    ImageEncoder.open(bundle, 1),
  ]);
  return { see, think, encoder };
}

export interface Windows {
  readonly visualWindowUnits: number;
  readonly textWindowTokens: number;
  readonly positions: PositionSchemeName;
}

/** A stream on the real caches, thinkers and graphs, driven step by step in this thread, all of it recorded. */
export class RecordedRun {
  readonly steps: RecordedStep[] = [];
  readonly log = new ReportLog();
  readonly drafters: ReasonerContext["drafters"];
  /** Thinkers that took a step together, at the most. */
  widest = 0;
  /** Visual tokens of each unit before the stack: `[tokens, width]`. */
  readonly embeddings: Float32Array[] = [];
  readonly times: number[] = [];
  /** Units whose thought was finished when a question was taken up. */
  readonly finishedAtBirth = new Map<Thinker, number>();
  private readonly mind: ReasonerStream;
  private readonly vision: VisionStream;
  private state: EncoderState;
  private asked = 0;

  constructor(
    bundle: Bundle,
    private readonly sessions: Sessions,
    windows: Windows,
  ) {
    const { manifest } = bundle;
    const drafter = () => new NgramDrafter(manifest.transformer.vocabulary, { words: 3, confidence: 0.5 });
    this.drafters = { thoughts: drafter(), answers: drafter() };
    this.vision = sessions.see.openStream({
      windowUnits: windows.visualWindowUnits,
      positions: windows.positions,
      stillLevels: null,
    });
    this.state = sessions.encoder.initialState();
    this.mind = new ReasonerStream(
      "stream",
      {
        ...windows,
        thoughtTokens: manifest.thinking.thought_tokens,
        answerTokens: manifest.thinking.answer_tokens,
        temperature: 0,
        seed: 0,
        held: false,
      },
      {
        bundle,
        codec: new TextCodec(bundle),
        memory: sessions.think.memory,
        drafters: this.drafters,
        now: () => 0,
        report: (_, report) => this.log.add(report),
      },
    );
  }

  /** Encodes a unit and publishes it. */
  async see(mediaTimeMs: number, frames: Uint8Array, seconds: readonly number[]): Promise<void> {
    const unit = { unit: this.times.length, mediaTimeMs, seconds, frames };
    this.times.push(mediaTimeMs);
    const [looked] = await this.sessions.encoder.look([{ unit, state: this.state }]);
    this.embeddings.push(looked!.x.slice());
    this.state = looked!.state;
    const [seen] = await this.sessions.see.run([{ vision: this.vision, unit }]);
    this.mind.receive(seen!.unit);
  }

  ask(tokens: readonly number[]): void {
    this.mind.ask({ task: `answer_${this.asked++}`, tokens, when: "now" });
  }

  /**
   * One step, as the worker does it: of everybody together, or of one. False when nobody has one.
   * @param pick 0: everybody; else chooses who is asked first
   */
  async step(pick: number): Promise<boolean> {
    const thinkers = this.mind.thinkers();
    const finished = this.log.thoughts.length;
    for (const thinker of thinkers) {
      if (!this.finishedAtBirth.has(thinker)) this.finishedAtBirth.set(thinker, finished);
    }
    const turns: { thinker: Thinker; step: TextStep; from: number }[] = [];
    for (let i = 0; i < thinkers.length; i++) {
      const thinker = thinkers[(pick + i) % thinkers.length]!;
      const step = thinker.prepare();
      if (step === null) continue;
      turns.push({ thinker, step, from: thinker.position });
      if (pick > 0) break;
    }
    if (turns.length === 0) return false;
    this.widest = Math.max(this.widest, turns.length);
    const results = await this.sessions.think.run(turns.map(({ step }) => step));
    const newest = this.mind.newestUnit;
    turns.forEach(({ thinker, step, from }, i) => {
      const masked = results[i]!;
      const logits = masked.map((row) => row.slice());
      thinker.accept(masked);
      const stayed = Math.max(1, thinker.position - from); // silence is forgotten, but it was fed
      const tokens = step.tokens.slice(0, stayed);
      this.steps.push({
        thinker,
        tokens,
        logits: logits.slice(0, stayed),
        masked: masked.slice(0, stayed),
        newest,
      });
    });
    return true;
  }
}
