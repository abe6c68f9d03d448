/**
 * A camera's address as anybody may see it: without a name and a password, and without its query, because many cameras
 * take these there.
 *
 * @example
 * shownUrl("rtsp://me:secret@door.local/live?token=1") // "rtsp://door.local/live?…"
 */
export function shownUrl(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]+:\/\//i.exec(url)?.[0];
  if (scheme === undefined || /^file:/i.test(scheme)) return url;
  if (URL.canParse(url)) {
    const { protocol, host, pathname, search } = new URL(url);
    return `${protocol}//${host}${pathname}${search === "" ? "" : "?…"}`;
  }
  // A password with an unusual letter may be what makes it invalid.
  return `${scheme}${url.slice(Math.max(scheme.length, url.lastIndexOf("@") + 1)).replace(/[?#].*$/s, "?…")}`;
}
