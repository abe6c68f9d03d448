/** Longest time in which a server may say what it sends (ms). After it, ffmpeg finds out. */
const ANSWER_MS = 5000;

/** As much of `fetch` as is needed here. */
export type Fetch = (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<Response>;

/**
 * Whether an HTTP server sends one picture after the other for ever, as cameras do (MJPEG). It costs a request whose
 * answer is cut off after its header. What goes wrong is left to ffmpeg, whose messages say more.
 */
export async function sendsPictures(url: string, fetch: Fetch, stop: AbortSignal): Promise<boolean> {
  if (!/^https?:/i.test(url)) return false;
  const { username, password, ...address } = split(url);
  const headers: Record<string, string> = username === "" ? {} : { authorization: basic(username, password) };
  const asked = new AbortController();
  const signal = AbortSignal.any([stop, asked.signal, AbortSignal.timeout(ANSWER_MS)]);
  try {
    const response = await fetch(address.url, { headers, signal });
    return /^multipart\/x-mixed-replace\b/i.test(response.headers.get("content-type") ?? "");
  } catch {
    return false;
  } finally {
    asked.abort();
  }
}

/** `fetch` refuses addresses with credentials. */
function split(address: string) {
  const url = new URL(address);
  const [username, password] = [url.username, url.password].map(decoded) as [string, string];
  url.username = "";
  url.password = "";
  return { url: url.href, username, password };
}

/** A `%` that begins no character is one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
