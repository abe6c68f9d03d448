import { answerText, type ServerEvent } from "../../protocol/mod.ts";
import { answerCue, type BegunCue, type Cue, endCues, LONGEST_MS, thoughtCue } from "./cue.ts";

export interface CaptionsOptions {
  /** Longest time that a subtitle stands (ms). Default: 8000. */
  readonly longestMs?: number;
  /** Most subtitles that are kept; further ones are counted only. Default: 100 000. */
  readonly most?: number;
}

/**
 * Makes subtitles of the thoughts and answers of a stream. A thought stands from the beginning of what it tells until the
 * next thought, an answer from the moment that it is about until the next answer; neither longer than a maximum.
 */
export class Captions {
  private readonly begun: BegunCue[] = [];
  private readonly questions = new Map<string, string>();
  private tooMany = 0;

  constructor(private readonly options: CaptionsOptions = {}) {}

  /** How many were left out, because there were too many. */
  get leftOut(): number {
    return this.tooMany;
  }

  take(event: ServerEvent): void {
    if (event.type === "response.created" && event.response.question !== null)
      this.questions.set(event.response.id, event.response.question);
    else if (event.type === "response.reasoning_text.done")
      this.begin(thoughtCue(event.text, event.since_media_time_ms, event.media_time_ms));
    else if (event.type === "response.output_text.done") {
      const question = this.questions.get(event.response_id) ?? null;
      this.questions.delete(event.response_id);
      this.begin(answerCue(question, answerText(event), event.media_time_ms));
    }
  }

  /** All subtitles, by when they begin. */
  cues(): Cue[] {
    return endCues(this.begun, this.options.longestMs ?? LONGEST_MS);
  }

  private begin(begun: BegunCue): void {
    if (begun.text.trim() === "") return;
    if (this.begun.length >= (this.options.most ?? 100_000)) this.tooMany++;
    else this.begun.push(begun);
  }
}
