import type { AnswerDone, EngineEvent, ThoughtDone } from "../engine/events.ts";
import { errorEvent, sessionClosed } from "./new-events.ts";
import type { ServerEvent } from "./server-events.ts";

/** What the client said with its question, so that the answer can be matched to it. */
export interface Asked {
  readonly question: string;
  /** `item.id` of the question. */
  readonly itemId?: string | undefined;
  /** `event_id` of the message that asked. */
  readonly eventId?: string | undefined;
}

/**
 * Turns the events of one engine stream into those of the protocol. It touches nothing else, so the WebSocket
 * session and `replay --json` share it and say the very same.
 *
 * @example
 * const mapping = new EngineEventMapping(eventIds());
 * stream.events$.pipe(concatMap((event) => mapping.map(event))).subscribe(print);
 */
export class EngineEventMapping {
  private readonly nextEventId: () => string;
  /** Thoughts and answers that were announced and are not done. */
  private readonly open = new Set<string>();

  constructor(nextEventId: () => string) {
    this.nextEventId = nextEventId;
  }

  /** Announces the answer to a question, as soon as the engine has taken it. */
  asked(answer: string, { question, itemId, eventId }: Asked): ServerEvent[] {
    if (this.open.has(answer)) return [];
    this.open.add(answer);
    return [
      {
        type: "response.created",
        event_id: this.nextEventId(),
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

  /** The protocol events that one engine event becomes, in order; none for those that are only counted. */
  map(event: EngineEvent): ServerEvent[] {
    switch (event.type) {
      case "unit.seen":
      case "thought.recap":
        return [];
      case "scene.changed":
        return [
          {
            type: "session.scene",
            event_id: this.nextEventId(),
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
            event_id: this.nextEventId(),
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
            event_id: this.nextEventId(),
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
            event_id: this.nextEventId(),
            visual_evicted: event.visualUnits,
            text_evicted: event.textTokens,
          },
        ];
      case "frame.dropped":
        return [
          {
            type: "input_video_frame.dropped",
            event_id: this.nextEventId(),
            seq: event.seq,
            media_time_ms: event.mediaTimeMs,
            reason: event.reason,
          },
        ];
      case "stream.failed":
        return [
          errorEvent(this.nextEventId(), { code: event.code, message: event.message, fatal: event.fatal }),
        ];
      case "stream.ended":
        return [sessionClosed(this.nextEventId(), "completed", event.totals)];
    }
  }

  private thoughtCreated(thought: string, unit: number, mediaTimeMs: number): ServerEvent[] {
    if (this.open.has(thought)) return [];
    this.open.add(thought);
    return [
      {
        type: "response.created",
        event_id: this.nextEventId(),
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

  private thoughtDone(event: ThoughtDone): ServerEvent[] {
    const created = this.thoughtCreated(event.thought, event.unit, event.mediaTimeMs);
    this.open.delete(event.thought);
    return [
      ...created,
      {
        type: "response.reasoning_text.done",
        event_id: this.nextEventId(),
        response_id: event.thought,
        unit: event.unit,
        since_media_time_ms: event.sinceMediaTimeMs,
        media_time_ms: event.mediaTimeMs,
        text: event.text,
        skipped: event.skipped,
        unfamiliar: event.unfamiliar,
      },
      {
        type: "response.done",
        event_id: this.nextEventId(),
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

  private answerDone(event: AnswerDone): ServerEvent[] {
    const created = this.asked(event.answer, { question: event.question });
    this.open.delete(event.answer);
    return [
      ...created,
      {
        type: "response.output_text.done",
        event_id: this.nextEventId(),
        response_id: event.answer,
        text: event.text,
        unit: event.unit,
        media_time_ms: event.mediaTimeMs,
        outside: event.unanswerable && {
          unknown_words: [...event.unanswerable.unknownWords],
          examples: [...event.unanswerable.examples],
        },
        unfamiliar: event.unfamiliar,
      },
      {
        type: "response.done",
        event_id: this.nextEventId(),
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
