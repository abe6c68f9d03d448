import type { ServerEvent, ServerEventOf } from "../../protocol/mod.ts";

/** One subtitle. */
export interface Cue {
  readonly kind: "thought" | "answer";
  /** Media times (ms). */
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  /** What was asked; null for a thought. */
  readonly question: string | null;
}

export interface CaptionsOptions {
  /** Longest time that a subtitle stands (ms). Default: 8000. */
  readonly longestMs?: number;
  /** Most subtitles that are kept; further ones are counted only. Default: 100 000. */
  readonly most?: number;
}

type Begun = Omit<Cue, "endMs"> & { /** It stands at least until then. */ readonly leastEndMs: number };

/** Shortest time that a subtitle stands (ms). One without a length is not allowed. */
const SHORTEST_MS = 1;

/**
 * Makes subtitles of the thoughts and answers of a stream. A thought stands from the beginning of what it tells until the
 * next thought, an answer from the moment that it is about until the next answer; neither longer than a maximum.
 */
export class Captions {
  private readonly begun: Begun[] = [];
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
    else if (event.type === "response.reasoning_text.done") this.thought(event);
    else if (event.type === "response.output_text.done") this.answer(event);
  }

  /** All subtitles, by when they begin. */
  cues(): Cue[] {
    const cues = (["thought", "answer"] as const).flatMap((kind) => {
      const begun = this.begun.filter((each) => each.kind === kind).sort(byStart);
      return begun.map((each, i) => this.ended(each, nextAfter(begun, i)));
    });
    return cues.sort(byStart);
  }

  private thought(event: ServerEventOf<"response.reasoning_text.done">): void {
    const { text, since_media_time_ms, media_time_ms } = event;
    const startMs = Math.max(0, since_media_time_ms);
    this.begin({ kind: "thought", startMs, leastEndMs: media_time_ms, text, question: null });
  }

  private answer({ response_id, text, media_time_ms }: ServerEventOf<"response.output_text.done">): void {
    const startMs = Math.max(0, media_time_ms);
    const question = this.questions.get(response_id) ?? null;
    this.questions.delete(response_id);
    this.begin({ kind: "answer", startMs, leastEndMs: startMs, text, question });
  }

  private begin(begun: Begun): void {
    if (begun.text.trim() === "") return;
    if (this.begun.length >= (this.options.most ?? 100_000)) this.tooMany++;
    else this.begun.push(begun);
  }

  private ended({ leastEndMs, ...cue }: Begun, next: Begun | undefined): Cue {
    const longestMs = Math.max(cue.startMs + (this.options.longestMs ?? 8000), leastEndMs);
    const endMs = Math.min(next?.startMs ?? Number.POSITIVE_INFINITY, longestMs);
    return { ...cue, endMs: Math.max(endMs, cue.startMs + SHORTEST_MS) };
  }
}

/** The first one that begins later: what was asked at the same time stands at the same time. */
function nextAfter(begun: readonly Begun[], index: number): Begun | undefined {
  let next = index + 1;
  while (begun[next]?.startMs === begun[index]!.startMs) next++;
  return begun[next];
}

function byStart(a: { readonly startMs: number }, b: { readonly startMs: number }): number {
  return a.startMs - b.startMs;
}
