import type { LocalEngineOptions } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { type LabelledClip, labelledClips } from "../lib/labelled-clips.ts";
import { describeMachine, type MachineFacts } from "../lib/machine.ts";
import { type Narration, narrateClip } from "../lib/narrate-clip.ts";
import { narrateFresh } from "../lib/narrate-fresh.ts";
import type { Section } from "../lib/section.ts";
import { withEngine } from "../lib/with-engine.ts";
import { answerSection } from "./answer-section.ts";
import { eventSection } from "./event-section.ts";
import { isOfLength, lengthSection, type SchemeRun } from "./length-section.ts";
import { memorySection } from "./memory-section.ts";
import { ORDER_RUNS, orderSection } from "./order-section.ts";
import { overviewSection } from "./overview-section.ts";
import { type RunOptions, runClips } from "./run-clips.ts";
import { scoreClip } from "./scored-clip.ts";
import { type ScoreOptions, type Scores, scoreAll } from "./scores.ts";

export interface EvalOptions {
  /** Folder of labelled clips. */
  readonly clips: string;
  /** Folder of the model's bundle. */
  readonly model: string;
  /** Threads of each worker's inference. */
  readonly threads: number;
  /** How the model runs, where not as usual. */
  readonly settings?: NonNullable<LocalEngineOptions["settings"]>;
  /** Clips at once, each a stream of the engine. */
  readonly streams: number;
  /** So many clips, spread evenly over the folder; default: all. */
  readonly only?: number;
  /** Compare the three orders. */
  readonly orders: boolean;
  /** Position schemes to compare with the one that the model was trained with; empty: none. */
  readonly positions: readonly string[];
  /** Lengths to compare (minutes); empty: those that there are, where positions are compared. */
  readonly lengths: readonly number[];
  /** Run the baseline without memory. */
  readonly last4: boolean;
  /** For the report: the command line, without paths. */
  readonly command: string;
  readonly signal: AbortSignal;
  /** Is told how far it is (0 to 1) and what it does. */
  readonly onProgress: (fraction: number, text: string) => void;
}

/** What came of an evaluation. All of it survives JSON but for NaN, which becomes null. */
export interface Evaluation {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly model: string;
  readonly machine: MachineFacts;
  readonly command: string;
  readonly scores: Scores;
  /** What one clip came to, in their order. */
  readonly clips: readonly {
    readonly video: string;
    readonly events: number;
    readonly found: number;
    readonly claims: number;
  }[];
  /** Pages of the report, the overview first. */
  readonly sections: readonly Section[];
}

/** Adds up how far an evaluation is that plays its clips several times. */
class Progress {
  private done = 0;
  private text = "";

  constructor(
    private readonly totalS: number,
    private readonly tell: (fraction: number, text: string) => void,
  ) {}

  /** What is played next. */
  begin(text: string): void {
    this.text = text;
    this.played(0);
  }

  played(seconds: number): void {
    this.tell(Math.min(1, (this.done + seconds) / this.totalS), this.text);
  }

  /** A run of clips of so many seconds has ended. */
  end(seconds: number): void {
    this.done += seconds;
  }
}

/** Some of a list, spread evenly over it. */
export function spreadOver<T>(list: readonly T[], count: number): T[] {
  if (count >= list.length) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]!);
}

const total = (clips: readonly LabelledClip[]) => clips.reduce((sum, { seconds }) => sum + seconds, 0);

/**
 * Plays labelled clips through the service's own engine and measures what it says of them. The same clips and model
 * give the same figures.
 *
 * @throws {MeasureError}, {ModelError}, {EngineError}, {IngestError}; the signal's reason when that is aborted
 */
export async function runEval(options: EvalOptions): Promise<Evaluation> {
  const { only = Number.POSITIVE_INFINITY, signal } = options;
  const clips = spreadOver(await labelledClips(options.clips), only);
  return await withEngine(options, (engine) => evaluate(engine, clips, options), {
    maxStreams: Math.max(64, options.streams),
  }).catch((error) => {
    signal.throwIfAborted();
    throw error;
  });
}

async function evaluate(
  engine: Engine,
  clips: readonly LabelledClip[],
  options: EvalOptions,
): Promise<Evaluation> {
  const { model } = engine;
  const trained = model.positionSchemes[0]!;
  const unitSeconds = model.framesPerUnit / model.fps;
  const how: ScoreOptions = { unitSeconds, windowSeconds: model.limits.visualWindowUnits * unitSeconds };
  const { lengths, orders, last4, streams, signal } = options;
  const schemes = options.positions.filter((scheme) => scheme !== trained);
  const ofLengths =
    lengths.length === 0 ? clips : clips.filter((clip) => lengths.some((one) => isOfLength(clip, one)));
  const progress = new Progress(
    total(clips) * (1 + (orders ? ORDER_RUNS : 0) + (last4 ? 1 : 0)) + total(ofLengths) * schemes.length,
    options.onProgress,
  );
  const run: RunOptions = { streams, signal, onPlayed: (seconds) => progress.played(seconds) };
  const told = async (some: readonly LabelledClip[], positions: string) => {
    progress.begin(positions === trained ? "clips" : `positions: ${positions}`);
    const narrations: Narration[] = await runClips(
      engine,
      some,
      async (clip, frames, stop, onFrame) => {
        const how = { stream: { positions }, signal: stop, onFrame };
        // Without the events behind it: of hours of video they would fill the memory.
        const { thoughts, answers } = await narrateClip(engine, clip, frames, how);
        return { thoughts, answers };
      },
      run,
    );
    progress.end(total(some));
    return some.map((clip, i) => scoreClip(clip, narrations[i]!, unitSeconds));
  };

  const scored = await told(clips, trained);
  const scores = scoreAll(scored, how);
  const sections: Section[] = [
    overviewSection(scored, scores, how),
    eventSection(scored, scores),
    answerSection(scored, scores, how),
  ];
  if (orders) {
    progress.begin("orders");
    sections.push(await orderSection(engine, clips, how, run, () => progress.end(total(clips))));
  }
  if (options.positions.length > 0 || lengths.length > 0) {
    const runs: SchemeRun[] = [{ scheme: trained, trained: true, clips: scored }];
    if (ofLengths.length > 0)
      for (const scheme of schemes)
        runs.push({ scheme, trained: false, clips: await told(ofLengths, scheme) });
    sections.push(lengthSection(runs, lengths, how));
  }
  if (last4) {
    progress.begin("without memory");
    const narrations = await runClips(
      engine,
      clips,
      (clip, frames, stop, onFrame) => narrateFresh(engine, clip, frames, 2, stop, onFrame),
      run,
    );
    const fresh = clips.map((clip, i) => scoreClip(clip, narrations[i]!, unitSeconds));
    sections.push(memorySection(scores, fresh, how));
  }
  return {
    date: new Date().toISOString(),
    model: model.id,
    machine: describeMachine(),
    command: options.command,
    scores,
    clips: scored.map(({ clip, happened, matches, claims }) => ({
      video: clip.video,
      events: happened.length,
      found: matches.length,
      claims: claims.length,
    })),
    sections,
  };
}
