import type { ServerEventOf } from "../../../src/protocol/server-events.ts";
import { ClientError } from "../errors.ts";
import { Replay } from "../replay.ts";

type TextDone = ServerEventOf<"response.output_text.done">;
type Done = ServerEventOf<"response.done">;

/**
 * An answer that is complete.
 *
 * @example
 * const { text, mediaTimeMs, timing } = await session.ask("What happened last?").whole;
 */
export interface WholeAnswer {
  /** Id of the answer on the server. */
  readonly id: string;
  readonly question: string;
  readonly text: string;
  /** `completed`; `incomplete`: the token budget ended it; `cancelled`: somebody stopped it. */
  readonly status: ServerEventOf<"response.done">["response"]["status"];
  /** Media time up to which it knows the video (ms); -1 before the first picture. */
  readonly mediaTimeMs: number;
  /** Set when the model said that it cannot answer the question. */
  readonly outside: ServerEventOf<"response.output_text.done">["outside"];
  /** What the model does not take into account, for people; null: nothing to say. */
  readonly note: string | null;
  /** Whether the scene was not one that the model knows, so that the answer may be wrong. */
  readonly unfamiliar: boolean;
  /** Whether the text is a number of what came, and somebody may have been missed: there were at least so many. */
  readonly atLeast: boolean;
  /** Why somebody may have been missed. */
  readonly atLeastBecause: ServerEventOf<"response.output_text.done">["at_least_because"];
  readonly usage: ServerEventOf<"response.done">["response"]["usage"];
  /** How long it took, from the arrival of the question (ms). */
  readonly timing: ServerEventOf<"response.done">["timing"];
}

/**
 * An answer that comes. Iterating over it gives its text piece by piece, `whole` all of it. Both fail with a
 * {@link ClientError} when the question is refused or the answer fails, and with the reason of the signal when it is
 * aborted.
 *
 * @example
 * ```ts
 * const answer = session.ask("What happened last?");
 * for await (const piece of answer) process.stdout.write(piece);
 * const { text, mediaTimeMs } = await answer.whole;
 * ```
 */
export interface Answer extends AsyncIterable<string> {
  /** `event_id` of the question. `response.created` of its answer names it in `in_reply_to`. */
  readonly id: string;
  readonly question: string;
  readonly whole: Promise<WholeAnswer>;
}

/** An answer under way. */
export class ComingAnswer implements Answer {
  readonly whole: Promise<WholeAnswer>;
  /** Id of the answer on the server, once it has begun. */
  responseId: string | null = null;
  /** Number of the connection over which the question was sent; 0: not yet. */
  sentOver = 0;
  isSettled = false;
  private readonly pieces = new Replay<string>();
  private said: TextDone | null = null;
  private resolve!: (answer: WholeAnswer) => void;
  private reject!: (error: unknown) => void;

  constructor(
    /** `event_id` of the question. */
    readonly id: string,
    readonly question: string,
  ) {
    this.whole = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever reads the pieces alone hears of a failure there.
    this.whole.catch(() => {});
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.pieces[Symbol.asyncIterator]();
  }

  piece(delta: string): void {
    this.pieces.push(delta);
  }

  textDone(event: TextDone): void {
    this.said = event;
  }

  done({ response, timing }: Done): void {
    const { id, status, status_details: details, usage } = response;
    if (status === "failed" || this.said === null) {
      this.fail(
        new ClientError(
          details?.code ?? "bad_answer",
          details?.message ?? "The answer ended without a text.",
        ),
      );
      return;
    }
    const { text, media_time_ms: mediaTimeMs, outside, note, unfamiliar } = this.said;
    // A server of an earlier version does not say it.
    const { at_least: atLeast = false, at_least_because: atLeastBecause = [] } = this.said;
    this.isSettled = true;
    this.pieces.end();
    const { question } = this;
    const known = { outside, note, unfamiliar, atLeast, atLeastBecause };
    this.resolve({ id, question, text, status, mediaTimeMs, ...known, usage, timing });
  }

  fail(error: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.pieces.fail(error);
    this.reject(error);
  }
}
