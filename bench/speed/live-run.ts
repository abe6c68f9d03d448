import type { Engine, StreamOptions } from "../../src/engine/mod.ts";
import { percentile } from "../lib/statistics.ts";
import { Camera } from "./camera.ts";
import type { Clip } from "./clip.ts";
import { runIntervals } from "./interval-runner.ts";
import { questionOf, SteadyQuestions } from "./questions.ts";
import { type RunFigures, runFigures } from "./run-figures.ts";
import { StreamRecord } from "./stream-record.ts";

export interface LiveRun {
  readonly stream: StreamOptions;
  readonly clip: Clip;
  readonly frames: number;
  /** From frame to frame, by the wall clock (ms). Media time stays the clip's. */
  readonly intervalMs: number;
  /** When the first frame comes, from now (ms). */
  readonly delayMs?: number;
  /** Load questions for each unit. */
  readonly questionsPerUnit?: number;
}

export interface LiveFigures extends RunFigures {
  readonly questionsAsked: number;
  readonly questionsLeftOut: number;
  /** How late the bench itself pushed its frames (ms). */
  readonly pushedLateP99: number;
}

/**
 * Streams of cameras that wait for nobody, all at once on one engine. With its last frame each stream is asked one
 * question about all of it and ended.
 */
export async function runLive(
  engine: Engine,
  runs: readonly LiveRun[],
  signal: AbortSignal,
): Promise<LiveFigures[]> {
  const nowMs = performance.now();
  const live = runs.map((run) => start(engine, run, nowMs));
  await runIntervals(
    live.map(({ camera }) => camera),
    Number.POSITIVE_INFINITY,
    signal,
  );
  return await Promise.all(live.map(({ figures }) => figures(signal)));
}

function start(engine: Engine, run: LiveRun, nowMs: number) {
  const { clip, frames, intervalMs } = run;
  const stream = engine.openStream(run.stream);
  const record = new StreamRecord(stream);
  const questions = new SteadyQuestions(record, engine.model, run.questionsPerUnit ?? 0);
  let lastArrivedAtMs = Number.NaN;
  let answer = "";
  const camera = new Camera({
    stream,
    clip,
    startAtMs: nowMs + (run.delayMs ?? 0),
    intervalMs,
    frames,
    onPushed: (pushed) => {
      if (pushed < frames) return questions.onPushed(pushed);
      lastArrivedAtMs = performance.now();
      answer = stream.ask(questionOf(engine.model, 0), "end");
      stream.end();
    },
  });
  const figures = async (signal: AbortSignal): Promise<LiveFigures> => {
    await record.ended(signal);
    return {
      ...runFigures(record, answer, lastArrivedAtMs),
      questionsAsked: questions.asked,
      questionsLeftOut: questions.leftOut,
      pushedLateP99: percentile(camera.lateMs, 0.99),
    };
  };
  return { camera, figures };
}
