/** What a client may do. `admin` includes all others, on every stream. */
export const SCOPES = ["watch", "ask", "push", "admin"] as const;

/** `watch`: see events, snapshots and history. `ask`: ask questions. `push`: send video. `admin`: open, change and close cameras. */
export type Scope = (typeof SCOPES)[number];

/** What whoever has made a request may do. Every resource of the server asks it before it does anything. */
export interface Grant {
  /** Name of the token, for logs; never the token itself. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Ids of the streams that it is for; null: all of them. */
  readonly streams: ReadonlySet<string> | null;
}

/** Of a server without tokens: everybody who can reach it may do everything. */
export const EVERYBODY: Grant = { name: "everybody", scopes: new Set(SCOPES), streams: null };

/**
 * Whether a grant allows something on a stream; without a stream, on any stream at all.
 *
 * @example
 * may(grant, "watch", "door")
 */
export function may({ scopes, streams }: Grant, scope: Scope, stream?: string): boolean {
  if (scopes.has("admin")) return true;
  return scopes.has(scope) && (streams === null || stream === undefined || streams.has(stream));
}
