import type { Engine } from "../../../src/engine/mod.ts";
import { percentile, type Spread, spread } from "../../lib/statistics.ts";
import { Camera } from "../camera.ts";
import { loadClip } from "../clip.ts";
import type { ExperimentContext } from "../experiment.ts";
import { runIntervals } from "../interval-runner.ts";
import { questionOf } from "../questions.ts";
import { StreamRecord } from "../stream-record.ts";

export interface QuestionSizes {
  /** Questions at once; the engine takes at most 32. */
  readonly counts: readonly number[];
  readonly rounds: number;
  /** What the stream has seen before it is asked (s). */
  readonly beforeSeconds: number;
}

/** So many questions asked in one tick, over the rounds (ms). */
export interface QuestionFigures {
  readonly questions: number;
  readonly firstP50: Spread;
  readonly firstMax: Spread;
  readonly doneP50: Spread;
  readonly doneMax: Spread;
  /** Of all answers, from the asking to the last one's end. */
  readonly tokensPerSecond: Spread;
}

/** From the answers to the next questions (s). */
const PAUSE_S = 0.5;

/** One stream at real pace that is asked more and more questions at once, round after round. */
export async function measureQuestions(
  engine: Engine,
  context: ExperimentContext,
  { counts, rounds, beforeSeconds }: QuestionSizes,
  progress: (fraction: number, text: string) => void,
): Promise<QuestionFigures[]> {
  const { signal } = context;
  const clip = await loadClip(context.clip, engine.model, engine.model.fps, signal);
  const record = new StreamRecord(engine.openStream());
  const { stream } = record;
  const intervalMs = 1000 / clip.fps;
  const camera = new Camera({ stream, clip, startAtMs: performance.now(), intervalMs });
  const play = (seconds: number) => runIntervals([camera], performance.now() + 1000 * seconds, signal);

  progress(0, "questions");
  await play(beforeSeconds);
  const asked = counts.map((questions) => ({ questions, rounds: [] as Round[] }));
  for (let round = 0; round < rounds; round++)
    for (const { questions, rounds: all } of asked) {
      progress(all.length / rounds, `${questions} questions at once, round ${round + 1} of ${rounds}`);
      const ids = Array.from({ length: questions }, (_, i) => stream.ask(questionOf(engine.model, i)));
      while (!ids.every((id) => record.answers.has(id))) await play(intervalMs / 1000);
      all.push(roundOf(ids.map((id) => record.answers.get(id)!)));
      await play(PAUSE_S);
    }
  stream.end();
  await record.ended(signal);
  return asked.map(({ questions, rounds: all }) => ({
    questions,
    firstP50: spread(all.map(({ firstP50 }) => firstP50)),
    firstMax: spread(all.map(({ firstMax }) => firstMax)),
    doneP50: spread(all.map(({ doneP50 }) => doneP50)),
    doneMax: spread(all.map(({ doneMax }) => doneMax)),
    tokensPerSecond: spread(all.map(({ tokensPerSecond }) => tokensPerSecond)),
  }));
}

type Round = ReturnType<typeof roundOf>;

function roundOf(
  answers: readonly {
    readonly firstMs: number;
    readonly doneMs: number;
    readonly tokens: { readonly answer: number };
  }[],
) {
  const first = answers.map(({ firstMs }) => firstMs);
  const done = answers.map(({ doneMs }) => doneMs);
  const tokens = answers.reduce((sum, each) => sum + each.tokens.answer, 0);
  const doneMax = percentile(done, 1);
  return {
    firstP50: percentile(first, 0.5),
    firstMax: percentile(first, 1),
    doneP50: percentile(done, 0.5),
    doneMax,
    tokensPerSecond: (1000 * tokens) / doneMax,
  };
}
