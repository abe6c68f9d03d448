import { ProtocolError } from "./protocol-error.ts";
import { MAX_TEXT_CHARS } from "./sizes.ts";

/**
 * Checks the size of a text message before it is parsed. What JSON becomes in memory can be many times as large as its
 * text, but a picture is one string and stays as it is. So only what is beside the picture counts.
 *
 * @throws {ProtocolError} `message_too_large`
 */
export function requireTextSize(text: string): void {
  const chars = charsBesidePicture(text);
  if (chars <= MAX_TEXT_CHARS) return;
  throw new ProtocolError(
    "message_too_large",
    `A text message may have at most ${MAX_TEXT_CHARS} characters beside its picture. This one has ${chars}.`,
  );
}

/** Number of characters of a text message that are beside its picture: those that take time and memory to parse. */
export function charsBesidePicture(text: string): number {
  return text.length <= SHORT_CHARS ? text.length : text.length - pictureChars(text);
}

/** No text so short is worth a look for a picture in it. */
const SHORT_CHARS = 1024;

/**
 * Length of the string that is the value of the first `"image"` key. In valid JSON these quotes and this colon stand
 * nowhere but at such a key, or at one that ends in `"image`; a string follows in both cases.
 */
function pictureChars(text: string): number {
  const key = /"image"\s*:\s*"/.exec(text.slice(0, MAX_TEXT_CHARS));
  if (key === null) return 0;
  const start = key.index + key[0].length;
  const end = text.indexOf('"', start);
  return end < 0 ? 0 : end - start;
}
