import { type Bundle, TextCodec, unitMs } from "../../src/models/mod.ts";
import {
  NgramDrafter,
  openTextRunner,
  ReasonerStream,
  type ReasoningOptions,
  Scheduler,
  STEP_TOKENS,
  type StepLogits,
  type TaughtModel,
  TaughtThinkers,
  type TextRunner,
  type TextStep,
  type Thinker,
} from "../../src/reasoner/mod.ts";
import { openVisionRunner, type VisionRunner, type VisionStream } from "../../src/vision/mod.ts";
import { picturePixels } from "./frames.ts";
import { ReportLog } from "./report-log.ts";

export interface ReasonerRunners {
  readonly vision: VisionRunner;
  readonly text: TextRunner;
}

export async function openRunners(bundle: Bundle): Promise<ReasonerRunners> {
  const [vision, text] = await Promise.all([openVisionRunner(bundle, 1), openTextRunner(bundle, 1)]);
  return { vision, text };
}

/** A reasoner stream on the real graphs in this thread, run one step at a time, so that a test decides what comes when. */
export class ReasonerRun {
  readonly log = new ReportLog();
  readonly drafters: TaughtModel["drafters"];
  /** What was fed, by thinker, step by step; `newest`: the newest unit that it could have looked at. */
  readonly fed: { readonly thinker: Thinker; readonly tokens: readonly number[]; readonly newest: number }[] =
    [];
  readonly stream: ReasonerStream;
  /** Runs a step; a test may do something around it. */
  runSteps: (steps: readonly TextStep[]) => Promise<readonly StepLogits[]>;
  private readonly scheduler: Scheduler<ReasonerStream>;
  readonly codec: TextCodec;
  private readonly vision: VisionStream;
  private units = 0;

  constructor(
    private readonly bundle: Bundle,
    private readonly runners: ReasonerRunners,
    options: Partial<ReasoningOptions> = {},
    draftWords = 3,
  ) {
    const { cache, thinking, transformer } = bundle.manifest;
    const drafter = () => new NgramDrafter(transformer.vocabulary, { words: draftWords, confidence: 0.6 });
    this.drafters = { thoughts: drafter(), answers: drafter() };
    this.codec = new TextCodec(bundle);
    this.vision = runners.vision.openStream({
      windowUnits: cache.visual_window_units,
      positions: cache.positions,
      stillLevels: null,
    });
    const sink = { now: () => performance.now(), report: this.log.add };
    const all: ReasoningOptions = {
      visualWindowUnits: cache.visual_window_units,
      textWindowTokens: cache.text_window_tokens,
      positions: cache.positions,
      thoughtTokens: thinking.thought_tokens,
      answerTokens: thinking.answer_tokens,
      temperature: 1,
      seed: 5,
      instructions: null,
      recap: null,
      skipLate: false,
      looks: null,
      held: false,
      ...options,
    };
    const { codec, drafters } = this;
    const model = { bundle, codec, memory: runners.text.memory, drafters };
    this.stream = new ReasonerStream("stream", all.held, new TaughtThinkers(model, all, sink), sink);
    this.runSteps = (steps) => runners.text.run(steps);
    this.scheduler = new Scheduler({
      stepTokens: STEP_TOKENS,
      run: (steps) => this.runSteps(steps),
      onFailed: (_, error) => {
        throw error;
      },
    });
    this.scheduler.join(this.stream);
  }

  /**
   * Lets the narrator say these words, token by token, a thought after the other; the model chooses what comes then.
   * Works without drafts.
   */
  script(...said: readonly string[]): void {
    const tokens = said.flatMap((text) => text.split(" ").flatMap((word) => this.codec.encode(word)));
    this.runSteps = async (steps) => {
      const logits = await this.runners.text.run(steps);
      const next = tokens.shift();
      if (next !== undefined) logits[0]!.at(-1)![next] = 1e6;
      return logits;
    };
  }

  /** Encodes and publishes the next unit. */
  async show(): Promise<void> {
    const { width, height, frames_per_unit, fps } = this.bundle.manifest.vision;
    const unit = this.units++;
    const mediaTimeMs = (unit + 1) * unitMs(this.bundle.manifest);
    const pictures = Array.from({ length: frames_per_unit }, (_, i) =>
      picturePixels(width, height, unit * frames_per_unit + i),
    );
    const seconds = pictures.map((_, i) => (unit === 0 && i === 0 ? 0 : 1 / fps));
    const frames = { unit, mediaTimeMs, seconds, frames: Buffer.concat(pictures) };
    const [seen] = await this.runners.vision.run([{ vision: this.vision, unit: frames }]);
    this.stream.receive(seen!.unit);
  }

  ask(task: string, when: "now" | "end" = "now"): void {
    const text = "what is moving";
    this.stream.ask({ task, text, tokens: this.codec.encode(text), when });
  }

  /** One step of everybody who has one to take, as the worker runs it; false when nobody had. */
  async step(): Promise<boolean> {
    const turns = await this.scheduler.step();
    const newest = this.stream.newestUnit;
    for (const { thinker, step } of turns)
      this.fed.push({ thinker: thinker as Thinker, tokens: step.tokens as number[], newest });
    return turns.length > 0;
  }

  /** Steps until nobody has one left. */
  async settle(): Promise<void> {
    while (await this.step()) {}
  }
}
