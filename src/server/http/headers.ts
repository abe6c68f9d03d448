import type { AccessRules } from "../access.ts";

/**
 * What a page of this server may load: nothing from elsewhere, and no script or style that stands in the page itself. It is
 * shown in no frame of another site, which could lay something over it. `blob:` is for videos that the user opens and for
 * pictures that are fetched with a token.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join("; ");

/**
 * Headers of every answer.
 *
 * @param access where other origins are allowed, their pages may show pictures of this server, too; else those of the same
 * site alone, whatever its ports
 */
export function securityHeaders({ allowedOrigins }: Pick<AccessRules, "allowedOrigins">) {
  return {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    // The page sends pictures of a camera or a screen, and never sound.
    "Permissions-Policy":
      "camera=(self), display-capture=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": allowedOrigins.length > 0 ? "cross-origin" : "same-site",
  };
}

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
