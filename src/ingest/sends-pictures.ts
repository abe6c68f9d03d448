import { type Fetch, HttpAddress } from "./http-address.ts";

/** Longest time in which a server may say what it sends (ms). After it, ffmpeg finds out. */
const ANSWER_MS = 5000;

/**
 * What an HTTP server sends. `pictures`: one picture after the other for ever, as cameras do (MJPEG). `picture`: one.
 * `playlist`: a list of parts (HLS, DASH), which may grow. `recording`: something with an end. `endless`: something
 * whose end is not known. `unknown`: it did not say, or refused.
 */
export type HttpContent = "pictures" | "picture" | "playlist" | "recording" | "endless" | "unknown";

/**
 * Asks an HTTP server what it sends. It costs a request whose answer is cut off after its header. What goes wrong is left
 * to ffmpeg, whose messages say more.
 *
 * @param url over HTTP(S)
 * @param fetch how it is asked
 * @param patienceMs how long it may take, if that is less than 5000
 */
export async function contentOf(
  url: string,
  fetch: Fetch,
  stop: AbortSignal,
  patienceMs = ANSWER_MS,
): Promise<HttpContent> {
  if (/\.(m3u8|mpd)$/i.test(new URL(url).pathname)) return "playlist";
  const asked = new AbortController();
  // An `AbortSignal.timeout` to which nothing but `any` refers may be collected as garbage, and then it never aborts.
  const patience = setTimeout(() => asked.abort(), Math.min(patienceMs, ANSWER_MS));
  const signal = AbortSignal.any([stop, asked.signal]);
  try {
    const { ok, headers } = await new HttpAddress(url, fetch).get({ signal });
    if (!ok) return "unknown";
    const type = headers.get("content-type") ?? "";
    if (/^multipart\/x-mixed-replace\b/i.test(type)) return "pictures";
    if (/^image\/(jpe?g|png|webp)\b/i.test(type)) return "picture";
    if (/mpegurl|dash\+xml/i.test(type)) return "playlist";
    return headers.has("content-length") ? "recording" : "endless";
  } catch {
    return "unknown";
  } finally {
    clearTimeout(patience);
    asked.abort();
  }
}

/** Whether a server sends one picture after the other for ever, as cameras do (MJPEG). */
export async function sendsPictures(url: string, fetch: Fetch, stop: AbortSignal): Promise<boolean> {
  return /^https?:/i.test(url) && (await contentOf(url, fetch, stop)) === "pictures";
}
