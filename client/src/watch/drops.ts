import type { SessionStats } from "../../../src/protocol/server-events.ts";

/** Pictures that the server has left out for some time. */
export interface Drops {
  readonly left: number;
  readonly of: number;
  readonly reason: "busy" | "rate" | "decode_error";
}

type Counts = Pick<SessionStats, "frames_in" | "frames_dropped">;

/** A share of all pictures from which on it is told, and one below which it is over. */
const MANY = 0.2;
const FEW = 0.05;
/** So many pictures say something. */
const LEAST = 8;

/** Finds out from the figures of a session whether many pictures are left out. A few are nothing that one should know. */
export class DropWatch {
  private before: Counts | null = null;
  private shown: Drops | null = null;

  /** Takes the next figures. Gives what is to be told now; null: nothing. */
  hear({ frames_in, frames_dropped }: Counts): Drops | null {
    const { before } = this;
    // Counts of a new session begin anew.
    const since = before !== null && before.frames_in <= frames_in ? before : null;
    const of = frames_in - (since?.frames_in ?? 0);
    if (of < LEAST) return this.shown;
    this.before = { frames_in, frames_dropped };
    const by = (["busy", "rate", "decode_error"] as const).map((reason) => ({
      reason,
      left: frames_dropped[reason] - (since?.frames_dropped[reason] ?? 0),
      of,
    }));
    const most = by.reduce((a, b) => (b.left > a.left ? b : a));
    const share = by.reduce((sum, { left }) => sum + left, 0) / of;
    if (share >= MANY) this.shown = most;
    else if (share < FEW) this.shown = null;
    return this.shown;
  }
}

/** Says it, with why. */
export function aboutDrops({ left, of, reason }: Drops): string {
  const why = {
    busy: "because it is busy. What is thought is still about what was seen, but short events may be missed. A smaller model, or fewer streams at a time, would help",
    rate: "because more come than it looks at",
    decode_error: "because it could not read them",
  }[reason];
  return `The server left out ${left} of the last ${of} pictures, ${why}.`;
}
