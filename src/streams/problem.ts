import { EngineError } from "../engine/mod.ts";
import { IngestError } from "../ingest/mod.ts";
import { ProtocolError } from "../protocol/mod.ts";

/** What an `error` event says, wherever it came from. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly param?: string | null;
  /** `event_id` of the client's message that caused it. */
  readonly clientEventId?: string | null;
  /** Where unsaid, as the table of error codes has it. */
  readonly fatal?: boolean;
}

/** The engine's options under the names that they have in `session.update`. */
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
 * What a client is told of anything thrown; of a fault of ours, only that there was one (`internal_error`). Every
 * `error` event of the protocol that an exception causes is made of this.
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
    message: "The server made a mistake. Its log says more.",
  };
}
