import type { ModelInfo } from "../../src/engine/mod.ts";
import type { StreamRecord } from "./stream-record.ts";

/** A question for a model that names none that it was taught. */
const ANY = "what is moving";

/** Questions that load a stream at a time; the engine takes 32, and one is asked at the end. */
const MOST_OPEN = 31;

/** Question `i`: the model's own examples in turn. */
export function questionOf({ exampleQuestions }: ModelInfo, i: number): string {
  return exampleQuestions[i % exampleQuestions.length] ?? ANY;
}

/** Asks a question every so many units, as a steady load on the reasoner. */
export class SteadyQuestions {
  asked = 0;
  /** Not asked, as too many were open: in the batch order all of them wait for the stream's end. */
  leftOut = 0;
  private owed = 0;

  /** @param perUnit questions for each unit; 0 asks none */
  constructor(
    private readonly record: StreamRecord,
    private readonly model: ModelInfo,
    private readonly perUnit: number,
  ) {}

  /** A frame was pushed. @param pushed how many there were */
  onPushed(pushed: number): void {
    if (pushed % this.model.framesPerUnit !== 0) return;
    this.owed += this.perUnit;
    for (; this.owed >= 1; this.owed--) {
      if (this.asked - this.record.answers.size >= MOST_OPEN) this.leftOut++;
      else this.record.stream.ask(questionOf(this.model, this.asked++));
    }
  }
}
