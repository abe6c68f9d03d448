import { median, type Percentiles, percentiles } from "../lib/statistics.ts";
import type { StreamRecord } from "./stream-record.ts";

/** What one run of a stream came to (ms). */
export interface RunFigures {
  /** From the arrival of a unit's last frame to the first token about it, of spoken thoughts and skips alike. */
  readonly ttft: Percentiles;
  readonly ttftSpoken: Percentiles;
  readonly ttftSkipped: Percentiles;
  /** Median TTFT of the last third of the units to that of the first third. */
  readonly ttftCourse: number;
  /** How far a thought's media time was behind the newest frame when it was finished (media ms). */
  readonly staleness: Percentiles;
  /** From the stream's end, when the last question was asked, to its answer's first token. */
  readonly answerFirstMs: number;
  /** … and to its last. */
  readonly answerDoneMs: number;
  /** From the last frame's arrival until everything was thought and answered. */
  readonly totalDelayMs: number;
  readonly framesIn: number;
  readonly framesDropped: number;
  readonly units: number;
}

/**
 * @param lastAnswer id of the answer to the question that was asked at the end
 * @param lastArrivedAtMs when the last frame was pushed
 */
export function runFigures(record: StreamRecord, lastAnswer: string, lastArrivedAtMs: number): RunFigures {
  const { thoughts } = record;
  const ttft = thoughts.map(({ ttftMs }) => ttftMs);
  const third = Math.ceil(ttft.length / 3);
  const ttftOf = (skips: boolean) =>
    percentiles(thoughts.filter(({ skipped }) => skipped === skips).map(({ ttftMs }) => ttftMs));
  const answer = record.answers.get(lastAnswer);
  const { framesIn, framesDropped, units } = record.stream.totals;
  return {
    ttft: percentiles(ttft),
    ttftSpoken: ttftOf(false),
    ttftSkipped: ttftOf(true),
    ttftCourse: median(ttft.slice(-third)) / median(ttft.slice(0, third)),
    staleness: percentiles(thoughts.map(({ stalenessMs }) => stalenessMs)),
    answerFirstMs: answer?.firstMs ?? Number.NaN,
    answerDoneMs: answer?.doneMs ?? Number.NaN,
    totalDelayMs: record.endedAtMs - lastArrivedAtMs,
    framesIn,
    framesDropped,
    units,
  };
}
