import { EngineError, type EngineStream } from "../../src/engine/mod.ts";

/**
 * Asks a labelled question. Returns the id of its answer, or null when this model refuses the question (it is empty, or
 * longer than the model takes): then it goes unanswered, which is counted as wrong, and the rest goes on.
 *
 * @throws {EngineError} of everything else
 */
export function askOrRefused(stream: EngineStream, question: string, when?: "end"): string | null {
  try {
    return stream.ask(question, when);
  } catch (error) {
    const refused =
      error instanceof EngineError && ["question_empty", "question_too_long"].includes(error.code);
    if (refused) return null;
    throw error;
  }
}
