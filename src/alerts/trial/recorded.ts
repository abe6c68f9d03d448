import type { ServerEvent } from "../../protocol/mod.ts";
import type { StreamKind } from "../../streams/mod.ts";

/** One event as a history has kept it. */
export interface Recorded {
  readonly stream: string;
  readonly kind: StreamKind;
  /** When it was heard (ms since 1970). */
  readonly wallMs: number;
  readonly event: ServerEvent;
  /** Path of the picture that is kept with it; null: none is. */
  readonly snapshot: string | null;
}

/** A rule that would have been raised. */
export interface TrialAlert {
  readonly stream: string;
  /** When (ms since 1970). */
  readonly wallMs: number;
  readonly mediaMs: number;
  /** What the alert would have said. */
  readonly message: string;
  /** The thought behind which it would have been raised; null: nothing was said at that moment. */
  readonly eventId: string | null;
  /** Path of the picture that is kept with that thought; null: none is. */
  readonly snapshot: string | null;
}
