/**
 * Headers of every answer. The page loads nothing from elsewhere, runs no inline script, and is shown in no frame of
 * another site, which could lay something over it. `blob:` is for a video that the user opens.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": [
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join("; "),
};

/** How long a path may be kept: built files have a hash in their name, answers of the API are for once. */
export function cacheControl(path: string): string {
  if (path.startsWith("/assets/")) return "public, max-age=31536000, immutable";
  return isPublic(path) ? "no-cache" : "no-store";
}

/** Paths of the API that are not under `/v1/`. */
const OTHER_API: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** Whether a path is for clients with a token only. Whatever asks whether the server lives has none. */
export function needsToken(path: string): boolean {
  return !isPublic(path) && path !== "/healthz" && path !== "/readyz";
}

/**
 * Whether a path is a file of the page or a clip: the same for everybody, and no secret. Everything else is the API.
 */
export function isPublic(path: string): boolean {
  return !(path.startsWith("/v1/") || OTHER_API.has(path));
}
