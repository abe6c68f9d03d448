import type { AnswerDone, EngineEvent, ThoughtDone } from "../engine/mod.ts";
import { errorEvent, type UnnumberedEvent } from "./new-events.ts";

/** A question, and the ids that the client gave it, so that it can tell which answer belongs to it. */
export interface Asked {
  readonly question: string;
  /** `item.id` of the question. */
  readonly itemId?: string | undefined;
  /** `event_id` of the message that asked. */
  readonly eventId?: string | undefined;
}

/**
 * Turns the events of one stream of the engine into events of the protocol, without their numbers.
 *
 * @example
 * const mapping = new EngineEventMapping();
 * stream.events$.pipe(concatMap((event) => mapping.map(event))).subscribe(write);
 */
export class EngineEventMapping {
  /** Thoughts and answers that have been announced and are not done. */
  private readonly open = new Set<string>();

  /** Announces the answer to a question, as soon as the engine has taken it. */
  asked(answer: string, { question, itemId, eventId }: Asked): UnnumberedEvent[] {
    if (this.open.has(answer)) return [];
    this.open.add(answer);
    return [
      {
        type: "response.created",
        response: {
          id: answer,
          kind: "answer",
          status: "in_progress",
          unit: null,
          media_time_ms: null,
          question: question || null,
          item_id: itemId ?? null,
          in_reply_to: eventId ?? null,
        },
      },
    ];
  }

  /**
   * The events of the protocol that one event of the engine becomes, in order. A recap becomes none. So does the end of
   * the stream: its owner makes `sessionClosed`, with the reason and the counts.
   */
  map(event: EngineEvent): UnnumberedEvent[] {
    switch (event.type) {
      case "thought.recap":
      case "stream.ended":
        return [];
      case "unit.seen":
        return [
          {
            type: "unit.seen",
            unit: event.unit,
            since_media_time_ms: event.sinceMediaTimeMs,
            media_time_ms: event.mediaTimeMs,
            still: event.still,
            unfamiliar: event.unfamiliar,
            seen_ms: event.encoded.finishedAtMs - event.arrivedAtMs,
          },
        ];
      case "scene.changed":
        return [
          {
            type: "session.scene",
            status: event.status,
            reason: event.reason,
            message: event.message,
            unit: event.unit,
            media_time_ms: event.mediaTimeMs,
            since_ms: event.sinceMs,
          },
        ];
      case "thought.started":
        return this.thoughtCreated(event.thought, event.unit, event.mediaTimeMs);
      case "thought.delta":
        return [
          ...this.thoughtCreated(event.thought, event.unit, event.mediaTimeMs),
          {
            type: "response.reasoning_text.delta",
            response_id: event.thought,
            unit: event.unit,
            media_time_ms: event.mediaTimeMs,
            delta: event.delta,
          },
        ];
      case "thought.done":
        return this.thoughtDone(event);
      case "answer.delta":
        return [
          ...this.asked(event.answer, { question: "" }),
          {
            type: "response.output_text.delta",
            response_id: event.answer,
            delta: event.delta,
          },
        ];
      case "answer.done":
        return this.answerDone(event);
      case "context.evicted":
        return [
          {
            type: "session.context_compressed",
            visual_evicted: event.visualUnits,
            text_evicted: event.textTokens,
          },
        ];
      case "availability.changed":
        return [
          {
            type: "session.model",
            status: event.available ? "available" : "unavailable",
            message: event.message,
            media_time_ms: event.mediaTimeMs,
          },
        ];
      case "frame.dropped":
        return [
          {
            type: "input_video_frame.dropped",
            seq: event.seq,
            media_time_ms: event.mediaTimeMs,
            reason: event.reason,
          },
        ];
      case "stream.failed":
        return [errorEvent({ code: event.code, message: event.message, fatal: event.fatal })];
    }
  }

  private thoughtCreated(thought: string, unit: number, mediaTimeMs: number): UnnumberedEvent[] {
    if (this.open.has(thought)) return [];
    this.open.add(thought);
    return [
      {
        type: "response.created",
        response: {
          id: thought,
          kind: "thought",
          status: "in_progress",
          unit,
          media_time_ms: mediaTimeMs,
          question: null,
          item_id: null,
          in_reply_to: null,
        },
      },
    ];
  }

  private thoughtDone(event: ThoughtDone): UnnumberedEvent[] {
    const created = this.thoughtCreated(event.thought, event.unit, event.mediaTimeMs);
    this.open.delete(event.thought);
    return [
      ...created,
      {
        type: "response.reasoning_text.done",
        response_id: event.thought,
        unit: event.unit,
        since_media_time_ms: event.sinceMediaTimeMs,
        media_time_ms: event.mediaTimeMs,
        text: event.text,
        skipped: event.skipped,
        skip_reason: event.skipReason,
        unfamiliar: event.unfamiliar,
      },
      {
        type: "response.done",
        response: {
          id: event.thought,
          kind: "thought",
          status: event.stop === "length" ? "incomplete" : "completed",
          status_details: null,
          usage: usage(0, event.tokens),
        },
        timing: {
          ttft_ms: event.ttftMs,
          staleness_ms: event.stalenessMs,
          answer_first_ms: null,
          answer_done_ms: null,
        },
      },
    ];
  }

  private answerDone(event: AnswerDone): UnnumberedEvent[] {
    const created = this.asked(event.answer, { question: event.question });
    this.open.delete(event.answer);
    return [
      ...created,
      {
        type: "response.output_text.done",
        response_id: event.answer,
        text: event.text,
        unit: event.unit,
        media_time_ms: event.mediaTimeMs,
        outside: event.unanswerable && {
          unknown_words: [...event.unanswerable.unknownWords],
          examples: [...event.unanswerable.examples],
        },
        note: event.note,
        unfamiliar: event.unfamiliar,
        at_least: event.atLeastBecause.length > 0,
        at_least_because: [...event.atLeastBecause],
      },
      {
        type: "response.done",
        response: {
          id: event.answer,
          kind: "answer",
          status: event.status,
          status_details: event.error ?? null,
          usage: usage(event.tokens.question, event.tokens.answer),
        },
        timing: {
          ttft_ms: null,
          staleness_ms: null,
          answer_first_ms: event.firstMs,
          answer_done_ms: event.doneMs,
        },
      },
    ];
  }
}

function usage(input: number, output: number) {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
}
