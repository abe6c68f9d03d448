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

/** A subtitle of which only the next one will tell when it ends. */
export type BegunCue = Omit<Cue, "endMs"> & {
  /** It stands at least until then. */ readonly leastEndMs: number;
};

/** Longest time that a subtitle stands (ms). */
export const LONGEST_MS = 8000;

/** Shortest time that a subtitle stands (ms). One without a length is not allowed. */
const SHORTEST_MS = 1;

/**
 * A thought stands from the beginning of what it tells.
 *
 * @param sinceMs media time of the last frame before its unit (ms); -1: there was none
 * @param mediaTimeMs media time of the last frame of its unit (ms)
 */
export function thoughtCue(text: string, sinceMs: number, mediaTimeMs: number): BegunCue {
  return { kind: "thought", startMs: Math.max(0, sinceMs), leastEndMs: mediaTimeMs, text, question: null };
}

/**
 * An answer stands from the moment that it is about.
 *
 * @param mediaTimeMs media time up to which it knows the video (ms); -1: there was no picture
 */
export function answerCue(question: string | null, text: string, mediaTimeMs: number): BegunCue {
  const startMs = Math.max(0, mediaTimeMs);
  return { kind: "answer", startMs, leastEndMs: startMs, text, question };
}

/** Subtitles by when they begin. Each ends where the next one of its kind begins, or after the longest time. */
export function endCues(begun: readonly BegunCue[], longestMs = LONGEST_MS): Cue[] {
  const said = begun.filter(({ text }) => text.trim() !== "");
  const cues = (["thought", "answer"] as const).flatMap((kind) => {
    const alike = said.filter((each) => each.kind === kind).sort(byStart);
    return alike.map((each, i) => ended(each, nextAfter(alike, i), longestMs));
  });
  return cues.sort(byStart);
}

function ended({ leastEndMs, ...cue }: BegunCue, next: BegunCue | undefined, longestMs: number): Cue {
  const latestMs = Math.max(cue.startMs + longestMs, leastEndMs);
  const endMs = Math.min(next?.startMs ?? Number.POSITIVE_INFINITY, latestMs);
  return { ...cue, endMs: Math.max(endMs, cue.startMs + SHORTEST_MS) };
}

/** The first one that begins later: what was asked at the same time stands at the same time. */
function nextAfter(begun: readonly BegunCue[], index: number): BegunCue | undefined {
  let next = index + 1;
  while (begun[next]?.startMs === begun[index]!.startMs) next++;
  return begun[next];
}

function byStart(a: { readonly startMs: number }, b: { readonly startMs: number }): number {
  return a.startMs - b.startMs;
}
