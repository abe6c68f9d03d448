import { axesOf, type PositionSchemeName } from "../../src/cache/mod.ts";
import { type Bundle, TextCodec } from "../../src/models/mod.ts";
import {
  NgramDrafter,
  openTextRunner,
  ReasonerStream,
  Scheduler,
  STEP_TOKENS,
  type StepLogits,
  type TaughtModel,
  TaughtThinkers,
  type TextRunner,
  type Thinker,
} from "../../src/reasoner/mod.ts";
import {
  type EncoderState,
  type ImageEncoder,
  openImageEncoder,
  openVisionRunner,
  type VisionRunner,
  type VisionStream,
} from "../../src/vision/mod.ts";
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

export interface Runners {
  readonly vision: VisionRunner;
  readonly text: TextRunner;
  readonly encoder: ImageEncoder;
}

export async function openRunners(bundle: Bundle): Promise<Runners> {
  const [vision, text, encoder] = await Promise.all([
    openVisionRunner(bundle, 1),
    openTextRunner(bundle, 1),
    openImageEncoder(bundle, 1),
  ]);
  return { vision, text, encoder };
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
  readonly drafters: TaughtModel["drafters"];
  /** Thinkers that took a step together, at the most. */
  widest = 0;
  /** Visual tokens of each unit before the stack: `[tokens, width]`. */
  readonly embeddings: Float32Array[] = [];
  readonly times: number[] = [];
  /** Units whose thought was finished when a question was taken up. */
  readonly finishedAtBirth = new Map<Thinker, number>();
  private readonly stream: ReasonerStream;
  private readonly scheduler: Scheduler<{ thinkers(): readonly Thinker[] }>;
  /** See {@link step}. */
  private pick = 0;
  /** Logits of the step that has just run, as the graph gave them. */
  private raw: readonly StepLogits[] = [];
  private masked: readonly StepLogits[] = [];
  private readonly vision: VisionStream;
  private state: EncoderState;
  private asked = 0;

  constructor(
    bundle: Bundle,
    private readonly runners: Runners,
    windows: Windows,
  ) {
    const { manifest } = bundle;
    const drafter = () => new NgramDrafter(manifest.transformer.vocabulary, { words: 3, confidence: 0.5 });
    this.drafters = { thoughts: drafter(), answers: drafter() };
    this.vision = runners.vision.openStream({
      windowUnits: windows.visualWindowUnits,
      positions: windows.positions,
      stillLevels: null,
    });
    this.state = runners.encoder.initialState();
    const sink = { now: () => 0, report: this.log.add };
    const thinkers = new TaughtThinkers(
      { bundle, codec: new TextCodec(bundle), memory: runners.text.memory, drafters: this.drafters },
      {
        ...windows,
        thoughtTokens: manifest.thinking.thought_tokens,
        answerTokens: manifest.thinking.answer_tokens,
        temperature: 0,
        seed: 0,
        instructions: null,
        recap: null,
        skipLate: false,
        looks: null,
        held: false,
      },
      sink,
    );
    this.stream = new ReasonerStream("stream", false, thinkers, sink);
    this.scheduler = new Scheduler({
      stepTokens: STEP_TOKENS,
      run: async (steps) => {
        this.masked = await runners.text.run(steps);
        this.raw = this.masked.map((rows) => rows.map((row) => row.slice()));
        return this.masked;
      },
      onFailed: (_, error) => {
        throw error;
      },
    });
    this.scheduler.join({ thinkers: () => this.picked() });
  }

  /** Encodes a unit and publishes it. */
  async show(mediaTimeMs: number, frames: Uint8Array, seconds: readonly number[]): Promise<void> {
    const unit = { unit: this.times.length, mediaTimeMs, seconds, frames };
    this.times.push(mediaTimeMs);
    const [encoded] = await this.runners.encoder.encode([{ unit, state: this.state }]);
    this.embeddings.push(encoded!.x.slice());
    this.state = encoded!.state;
    const [seen] = await this.runners.vision.run([{ vision: this.vision, unit }]);
    this.stream.receive(seen!.unit);
  }

  ask(tokens: readonly number[]): void {
    this.stream.ask({ task: `answer_${this.asked++}`, text: "", tokens, when: "now" });
  }

  /**
   * One step, as the worker runs it: of everybody together, or of one. False when nobody has one.
   * @param pick 0: everybody; else chooses who is asked first
   */
  async step(pick: number): Promise<boolean> {
    this.pick = pick;
    const turns = await this.scheduler.step();
    this.widest = Math.max(this.widest, turns.length);
    const newest = this.stream.newestUnit;
    turns.forEach(({ thinker, step }, i) => {
      const [from] = axesOf(step.rows[0]!.position);
      const stayed = Math.max(1, thinker.context.position - from); // silence is forgotten, but it was fed
      this.steps.push({
        thinker,
        tokens: step.tokens.slice(0, stayed) as number[],
        logits: this.raw[i]!.slice(0, stayed),
        masked: this.masked[i]!.slice(0, stayed),
        newest,
      });
    });
    return turns.length > 0;
  }

  private picked(): Thinker[] {
    const thinkers = this.stream.thinkers() as Thinker[];
    const finished = this.log.thoughts.length;
    for (const thinker of thinkers) {
      if (!this.finishedAtBirth.has(thinker)) this.finishedAtBirth.set(thinker, finished);
    }
    if (this.pick === 0) return thinkers;
    const order = thinkers.map((_, i) => thinkers[(this.pick + i) % thinkers.length]!);
    return order.filter(({ demand }) => demand > 0).slice(0, 1);
  }
}
