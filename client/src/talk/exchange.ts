import { type Asked, shownAnswer } from "../story/asked.ts";

/** A question and its answer, as this page shows them. */
export interface Exchange extends Asked {
  /** Its running number on this page. */
  readonly id: number;
}

/** Where an answer stands on the axis of time. */
export interface Pin {
  /** `id` of the exchange. */
  readonly id: number;
  /** Media time that the answer is about (ms). */
  readonly mediaTimeMs: number;
  readonly question: string;
  readonly text: string;
}

/** The pin of an exchange; null while there is no answer, and for one that knew no picture. */
export function pinOf(exchange: Exchange): Pin | null {
  const { id, question, text, said } = exchange;
  if (said === null || said.media_time_ms < 0 || text === "") return null;
  return { id, mediaTimeMs: said.media_time_ms, question, text: shownAnswer(exchange) };
}
