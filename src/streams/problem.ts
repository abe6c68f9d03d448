import { EngineError } from "../engine/mod.ts";
import { IngestError } from "../ingest/mod.ts";
import { ProtocolError } from "../protocol/mod.ts";

/** The contents of an `error` event. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly param?: string | null;
  /** `event_id` of the client's message that caused it. */
  readonly clientEventId?: string | null;
  /** Whether the stream ends. Default: what the table of error codes says. */
  readonly fatal?: boolean;
}

/** The names that the engine's options have in the messages of a client. */
const PARAMS: Readonly<Record<string, string>> = {
  paradigm: "session.paradigm",
  visualWindowUnits: "session.windows.visual_units",
  textWindowTokens: "session.windows.text_tokens",
  thoughtTokens: "session.budgets.thought_tokens",
  answerTokens: "session.budgets.answer_tokens",
  temperature: "session.temperature",
  seed: "session.seed",
  maxInflightFrames: "session.max_inflight",
  question: "item.content",
};

/**
 * Describes anything that was thrown for a client. A fault of the server becomes `internal_error`, without any details.
 * Every `error` event that an exception causes is made from this.
 */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof ProtocolError) {
    const { code, message, param, clientEventId } = thrown;
    return { code, message, param, ...(clientEventId === null ? {} : { clientEventId }) };
  }
  if (thrown instanceof EngineError) {
    const { code, message, param } = thrown;
    return { code, message, param: param === null ? null : (PARAMS[param] ?? param) };
  }
  if (thrown instanceof IngestError) return { code: thrown.code, message: thrown.message };
  return {
    code: "internal_error",
    message: "The server has a fault. Its log says more; tell its operator.",
  };
}
