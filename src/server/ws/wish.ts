import { lastSeen, ProtocolError } from "../../protocol/mod.ts";
import { isStreamName } from "../../streams/mod.ts";

/** What a client asks for with the URL of its WebSocket. */
export type Wish =
  /** A session of its own. Its stream has this name; null: the server gives it one. */
  | { readonly kind: "open"; readonly name: string | null }
  /** To go on with its session. */
  | { readonly kind: "resume"; readonly token: string; readonly after: number | null }
  /** To watch a stream that is there. */
  | { readonly kind: "watch"; readonly stream: string; readonly after: number | null };

/** Ids of cameras and of sessions. */
const STREAM_ID = /^[a-z0-9][\w.-]{0,63}$/i;

/**
 * Reads what a client asks for. Parameters that are not known are ignored.
 *
 * @param url the path and the query of the upgrade request
 * @throws {ProtocolError} `invalid_value`, with the name of the parameter
 * @example readWish("/v1/stream?stream=door&after=event_61") // { kind: "watch", stream: "door", after: 61 }
 */
export function readWish(url: string): Wish {
  const query = queryOf(url);
  const read = (parameter: string) => only(query, parameter);
  const [token, stream, name, after] = [read("resume"), read("stream"), read("name"), read("after")];
  if (token !== null && stream !== null)
    throw wrong("stream", "A session is resumed on its own stream. Leave out stream or resume.");
  if (name !== null && (token !== null || stream !== null))
    throw wrong("name", "It is for a session that begins. Leave it out, or leave out resume and stream.");
  if (token !== null) return { kind: "resume", token, after: readAfter(after) };
  if (stream === null) {
    if (after !== null)
      throw wrong("after", "It goes with resume or stream. Leave it out, or add one of them.");
    if (name !== null && !isStreamName(name))
      throw wrong(
        "name",
        "It must begin with a letter or a digit and may have up to 64 letters, digits, -, _ and .; names that begin with session_ are the server's.",
      );
    return { kind: "open", name };
  }
  if (!STREAM_ID.test(stream))
    throw wrong("stream", "It must be the id of a stream, such as door or session_3.");
  return { kind: "watch", stream, after: readAfter(after) };
}

/** What a URL is about, whether or not the rest of it is right. */
export interface Subject {
  readonly kind: Wish["kind"];
  /** The stream that it names; null when it names none. */
  readonly stream: string | null;
}

/** Reads what a URL is about. */
export function subjectOf(url: string): Subject {
  const query = queryOf(url);
  if (query.has("resume")) return { kind: "resume", stream: null };
  if (query.has("stream")) return { kind: "watch", stream: query.get("stream") };
  return { kind: "open", stream: query.get("name") };
}

function queryOf(url: string): URLSearchParams {
  const at = url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
}

/** The value of a parameter; null when it is not there. */
function only(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name);
  if (values.length > 1) throw wrong(name, "It may be there only once.");
  return values[0] ?? null;
}

function readAfter(after: string | null): number | null {
  if (after === null) return null;
  const number = lastSeen(after);
  if (number === undefined) throw wrong("after", "It must be the id of an event, such as event_61.");
  return number;
}

function wrong(param: string, what: string): ProtocolError {
  return new ProtocolError("invalid_value", `The parameter ${param} of the URL is wrong. ${what}`, { param });
}
