import { IngestError } from "../errors.ts";

/** What a relay tells of the servers that it connects to. ffmpeg cannot know it: it sees the relay only. */
export class RelayReport {
  /** The last connection that failed; null when none did. */
  trouble: IngestError | null = null;
  private readonly refusal = new AbortController();

  /** Aborted, with an `IngestError` as the reason, once something was to be reached that is not allowed. */
  get refused(): AbortSignal {
    return this.refusal.signal;
  }

  take(error: unknown): void {
    if (!(error instanceof IngestError)) return;
    if (["address_forbidden", "unsupported_protocol"].includes(error.code)) this.refusal.abort(error);
    else this.trouble = error;
  }
}
