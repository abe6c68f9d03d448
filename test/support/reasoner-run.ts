import type { Bundle } from "../../src/models/mod.ts";
import { TextCodec } from "../../src/models/mod.ts";
import { unitMs } from "../../src/models/model-caches.ts";
import type { ReasoningOptions } from "../../src/reasoner/messages.ts";
import { NgramDrafter } from "../../src/reasoner/ngram-drafter.ts";
import { type ReasonerContext, ReasonerStream } from "../../src/reasoner/reasoner-stream.ts";
import { TextRunner } from "../../src/reasoner/text-runner.ts";
import type { Thinker } from "../../src/reasoner/thinker.ts";
import { VisionRunner } from "../../src/vision/vision-runner.ts";
import type { VisionStream } from "../../src/vision/vision-stream.ts";
import { picturePixels } from "./frames.ts";
import { ReportLog } from "./report-log.ts";

export interface ReasonerRunners {
  readonly see: VisionRunner;
  readonly think: TextRunner;
}

export async function openRunners(bundle: Bundle): Promise<ReasonerRunners> {
  const [see, think] = await Promise.all([VisionRunner.open(bundle, 1), TextRunner.open(bundle, 1)]);
  return { see, think };
}

/** A mind on the real graphs in this thread, driven one step at a time, so that a test decides what comes when. */
export class ReasonerRun {
  readonly log = new ReportLog();
  readonly drafters: ReasonerContext["drafters"];
  /** What was fed, by thinker, step by step; `newest`: the newest unit that it could have looked at. */
  readonly fed: { readonly thinker: Thinker; readonly tokens: readonly number[]; readonly newest: number }[] =
    [];
  readonly mind: ReasonerStream;
  readonly codec: TextCodec;
  private readonly vision: VisionStream;
  private units = 0;

  constructor(
    private readonly bundle: Bundle,
    private readonly sessions: ReasonerRunners,
    options: Partial<ReasoningOptions> = {},
    draftWords = 3,
  ) {
    const { cache, thinking, transformer } = bundle.manifest;
    const drafter = () => new NgramDrafter(transformer.vocabulary, { words: draftWords, confidence: 0.6 });
    this.drafters = { thoughts: drafter(), answers: drafter() };
    this.codec = new TextCodec(bundle);
    this.vision = sessions.see.openStream({
      windowUnits: cache.visual_window_units,
      positions: cache.positions,
      stillLevels: null,
    });
    this.mind = new ReasonerStream(
      "stream",
      {
        visualWindowUnits: cache.visual_window_units,
        textWindowTokens: cache.text_window_tokens,
        positions: cache.positions,
        thoughtTokens: thinking.thought_tokens,
        answerTokens: thinking.answer_tokens,
        temperature: 1,
        seed: 5,
        held: false,
        ...options,
      },
      {
        bundle,
        codec: this.codec,
        memory: sessions.think.memory,
        drafters: this.drafters,
        now: () => performance.now(),
        report: (_, report) => this.log.add(report),
      },
    );
  }

  /** Encodes and publishes the next unit. */
  async see(): Promise<void> {
    const { width, height, frames_per_unit, fps } = this.bundle.manifest.vision;
    const unit = this.units++;
    const mediaTimeMs = (unit + 1) * unitMs(this.bundle.manifest);
    const pictures = Array.from({ length: frames_per_unit }, (_, i) =>
      picturePixels(width, height, unit * frames_per_unit + i),
    );
    const seconds = pictures.map((_, i) => (unit === 0 && i === 0 ? 0 : 1 / fps));
    const frames = { unit, mediaTimeMs, seconds, frames: Buffer.concat(pictures) };
    const [seen] = await this.sessions.see.run([{ vision: this.vision, unit: frames }]);
    this.mind.receive(seen!.unit);
  }

  ask(task: string, when: "now" | "end" = "now"): void {
    this.mind.ask({ task, tokens: this.codec.encode("what is moving"), when });
  }

  /** One step of everybody who has one, as the worker does it; false when nobody had. */
  async round(): Promise<boolean> {
    const turns = this.mind.thinkers().flatMap((thinker) => {
      const step = thinker.prepare();
      return step === null ? [] : [{ thinker, step }];
    });
    for (const { thinker, step } of turns) {
      this.mind.began(thinker);
      this.fed.push({ thinker, tokens: step.tokens, newest: this.mind.newestUnit });
    }
    if (turns.length === 0) return false;
    const results = await this.sessions.think.run(turns.map(({ step }) => step));
    turns.forEach(({ thinker }, i) => {
      thinker.accept(results[i]!);
    });
    return true;
  }

  /** Rounds until nobody has a step left. */
  async settle(): Promise<void> {
    while (await this.round()) {}
  }
}
