import { ProtocolError, SCOPES, type Scope } from "../../protocol/mod.ts";

export { SCOPES, type Scope };

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

/** Whether a grant allows something on all streams, those that are not yet there included. */
export function mayEverywhere({ scopes, streams }: Grant, scope: Scope): boolean {
  return scopes.has("admin") || (scopes.has(scope) && streams === null);
}

/** Of a request that needs no token and has none: it may do nothing that is asked of a grant. */
export const NOBODY: Grant = { name: "nobody", scopes: new Set(), streams: new Set() };

/**
 * A grant that allows less.
 *
 * @throws {ProtocolError} `forbidden` where it would allow more
 */
export function narrowed(
  grant: Grant,
  {
    scopes,
    streams,
  }: { readonly scopes?: readonly Scope[] | undefined; readonly streams?: readonly string[] | undefined },
): Grant {
  const narrow = {
    name: grant.name,
    scopes: new Set(scopes ?? grant.scopes),
    streams: streams ? new Set(streams) : grant.streams,
  };
  const scope = [...narrow.scopes].find((each) => !may(grant, each));
  if (scope !== undefined)
    throw new ProtocolError("forbidden", `The token ${grant.name} does not have the scope ${scope}.`, {
      param: "scopes",
    });
  const stream = streams?.find((each) => grant.streams !== null && !grant.streams.has(each));
  if (stream !== undefined)
    throw new ProtocolError(
      "forbidden",
      `The token ${grant.name} is not for the stream ${JSON.stringify(stream)}.`,
      { param: "streams" },
    );
  if (streams && narrow.scopes.has("admin"))
    throw new ProtocolError(
      "forbidden",
      "The scope admin is for all streams. Name the scopes that are wanted on these.",
      { param: "scopes" },
    );
  return narrow;
}
