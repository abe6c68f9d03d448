/** Whether a camera may be called so, as the server has it. */
export function isCameraName(name: string): boolean {
  return /^[a-z0-9][\w.-]{0,63}$/i.test(name) && !name.startsWith("session_");
}

/**
 * A name for a camera, out of its address.
 *
 * @param taken names that there are
 * @example suggestedName("rtsp://viewer:secret@door.local/live", ["door"]) // "door-2"
 */
export function suggestedName(address: string, taken: readonly string[]): string {
  // Not every browser finds the host of a scheme that it does not load.
  const likeHttp = address.trim().replace(/^(rtsp|https?)s?:/i, "http:");
  const host = URL.canParse(likeHttp) ? new URL(likeHttp).hostname : "";
  const isNumber = host === "" || /^[\d.]+$|:/.test(host);
  const own = (isNumber ? host.replace(/[^0-9a-f]+/gi, "-") : (host.split(".")[0] ?? ""))
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const name = isNumber ? `camera${own === "" ? "" : `-${own}`}` : own;
  const first = isCameraName(name) ? name : "camera";
  for (let number = 2, free = first; ; number++) {
    if (!taken.includes(free)) return free;
    free = `${first}-${number}`;
  }
}
