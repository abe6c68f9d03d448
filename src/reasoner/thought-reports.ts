import type { TextCodec } from "../models/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import { IncrementalDetokenizer } from "./incremental-detokenizer.ts";
import type { NarratedThought, NarratorEvents } from "./policies/narrator.ts";
import type { ThinkerContext } from "./thinker-context.ts";

/** Reports what a narrator thinks: a task for each unit, and recaps. */
export class ThoughtReports implements NarratorEvents {
  private startedAtMs = 0;
  private isAnnounced = false;
  private detokenizer: IncrementalDetokenizer;

  /** @param context of the narrator */
  constructor(
    private readonly context: ThinkerContext,
    private readonly codec: TextCodec,
    private readonly sink: ReportSink,
  ) {
    this.detokenizer = this.makeDetokenizer();
  }

  began(_unit: number): void {
    this.startedAtMs = this.sink.now();
    this.isAnnounced = false;
    this.detokenizer = this.makeDetokenizer();
  }

  token(unit: number, words: readonly number[]): void {
    const task = taskOf(unit);
    if (!this.isAnnounced) this.sink.report({ type: "task.started", task, unit });
    this.isAnnounced = true;
    const delta = this.detokenizer.add(words);
    if (delta !== "") this.sink.report({ type: "task.token", task, delta });
  }

  done({ place: { unit, mediaTimeMs }, words, stop, tokens }: NarratedThought): void {
    const outcome = stop === "length" ? "incomplete" : words.length === 0 ? "skipped" : "completed";
    this.sink.report({
      type: "task.done",
      task: taskOf(unit),
      text: this.codec.decode(words),
      outcome,
      skipReason: outcome === "skipped" ? "nothing_new" : null,
      error: null,
      unit,
      mediaTimeMs,
      tokens,
      prompt: null,
      startedAtMs: this.startedAtMs,
      finishedAtMs: this.sink.now(),
      unanswerable: null,
      note: null,
    });
    const { held: heldTokens, evicted: evictedTokens } = this.context;
    this.sink.report({ type: "unit.done", unit, heldTokens, evictedTokens });
  }

  recap(unit: number, words: readonly number[]): void {
    this.sink.report({ type: "recap", unit, text: this.codec.decode(words) });
  }

  private makeDetokenizer(): IncrementalDetokenizer {
    return new IncrementalDetokenizer((words) => this.codec.decode(words));
  }
}

function taskOf(unit: number): string {
  return `thought_${unit}`;
}
