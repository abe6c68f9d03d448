import { of } from "rxjs";
import type { Frame } from "../../src/ingest/mod.ts";
import type { InputGap, Intake, Source, SourceChange } from "../../src/streams/mod.ts";

/** What a source gave, and what it said. */
export class TakenIn {
  readonly frames: Frame[] = [];
  readonly changes: SourceChange[] = [];
  readonly gaps: InputGap[] = [];
  /** Codes of the errors that it reported. */
  readonly problems: string[] = [];
  isEnded = false;

  get states(): SourceChange["state"][] {
    return this.changes.map(({ state }) => state);
  }
}

/** Starts a source into an intake that keeps everything and is always ready. */
export function takeIn(
  source: Source,
  format: Intake["format"],
): { taken: TakenIn; stop: ReturnType<Source["start"]> } {
  const taken = new TakenIn();
  const stop = source.start({
    format,
    ready$: of(true),
    caughtUp$: of(true),
    arrived: () => {},
    see: (frame) => taken.frames.push(frame),
    dropped: () => {},
    problem: ({ code }) => taken.problems.push(code),
    notice: () => {},
    changed: (change) => taken.changes.push(change),
    gap: (gap) => taken.gaps.push(gap),
    ended: () => {
      taken.isEnded = true;
    },
  });
  return { taken, stop };
}
