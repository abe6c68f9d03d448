import { ProtocolError } from "../../protocol/mod.ts";

/** Most characters beside pictures and videos: what JSON becomes in memory can be many times as large as its text. */
const MOST_CHARS = 1024 * 1024;

/** How a string begins that is one picture or video. In JSON, no string can end right before these letters. */
const DATA = '"data:';

/**
 * Refuses a text of JSON that is large beside the pictures and videos in it, before it is parsed.
 *
 * @throws {ProtocolError} `message_too_large`
 */
export function requireFewWords(text: string): void {
  const chars = charsBesideData(text);
  if (chars <= MOST_CHARS) return;
  throw new ProtocolError(
    "message_too_large",
    `Beside its pictures and videos a message may have at most ${MOST_CHARS} characters. This one has ${chars}. Send less of the conversation.`,
  );
}

/** Number of characters that are not part of a `data:` URL. */
export function charsBesideData(text: string): number {
  let beside = text.length;
  for (let at = text.indexOf(DATA); at >= 0; ) {
    const end = text.indexOf('"', at + DATA.length);
    if (end < 0) break;
    beside -= end - at;
    at = text.indexOf(DATA, end);
  }
  return beside;
}
