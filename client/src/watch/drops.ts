import type { SessionStats } from "../../../src/protocol/server-events.ts";

/** Pictures that the server left out for some time. The heartbeat tells of those that were not sent. */
export interface Drops {
  /** How many, for any reason. */
  readonly left: number;
  readonly of: number;
  /** That of most of them. */
  readonly reason: "busy" | "rate" | "decode_error";
}

/** What is counted since the session began. */
export type DropCounts = Pick<SessionStats, "frames_in" | "frames_dropped">;

/** A share of all pictures from which on it is told, and one below which it is over. */
const MANY = 0.2;
const FEW = 0.05;
/** So many pictures say something. */
const LEAST = 8;

const NOTHING: DropCounts = {
  frames_in: 0,
  frames_dropped: { busy: 0, rate: 0, duplicate: 0, decode_error: 0 },
};

/** Finds out from the figures of a session whether many pictures are left out. A few are nothing that one should know. */
export class DropWatch {
  private before = NOTHING;
  private shown: Drops | null = null;

  /** Takes the next figures. Gives what is to be told now; null: nothing. */
  hear(counts: DropCounts): Drops | null {
    // Those of a new session begin anew.
    const before = this.before.frames_in <= counts.frames_in ? this.before : NOTHING;
    const of = counts.frames_in - before.frames_in;
    if (of < LEAST) return this.shown;
    this.before = counts;
    const by = (["busy", "rate", "decode_error"] as const).map((reason) => ({
      reason,
      left: counts.frames_dropped[reason] - before.frames_dropped[reason],
    }));
    const left = by.reduce((sum, each) => sum + each.left, 0);
    const { reason } = by.reduce((a, b) => (b.left > a.left ? b : a));
    // Between the two shares it stays as it was, so that no notice comes and goes.
    const isTold = left / of >= MANY || (this.shown !== null && left / of >= FEW);
    this.shown = isTold ? { left, of, reason } : null;
    return this.shown;
  }
}

/** Says it, with why. */
export function aboutDrops({ left, of, reason }: Drops): string {
  const some = `${left} of the last ${of} pictures`;
  switch (reason) {
    case "busy":
      return `The server is busy and left out ${some}. Short events may be missed. Fewer streams at a time, or a smaller model, would help.`;
    case "rate":
      return `The server left out ${some}, because more come than it looks at.`;
    case "decode_error":
      return `The server left out ${some}, because it could not read them. Choose another video.`;
  }
}
