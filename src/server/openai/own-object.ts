import type { Answer } from "../http/streams/answer.ts";

/**
 * What OpenAI's API has no field for. Its clients hand on fields that they do not know.
 *
 * @param ignored for people: what of the request has had no effect
 */
export function ownObject(
  { media_time_ms, unit, outside, note, unfamiliar, at_least, at_least_because }: Answer,
  ignored: readonly string[],
) {
  return { media_time_ms, unit, outside, note, unfamiliar, at_least, at_least_because, ignored };
}
