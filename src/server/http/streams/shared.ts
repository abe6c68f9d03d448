import type { Context } from "hono";
import type { CameraRoster } from "../../../cameras/mod.ts";
import type { History } from "../../../history/mod.ts";
import type { StreamHandle, StreamRegistry } from "../../../streams/mod.ts";
import { type Grant, may, type Scope } from "../../auth/grant.ts";
import type { Limits } from "../../limits.ts";
import type { SharedQuestions } from "../../question-budget.ts";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import type { EventReaders } from "./event-readers.ts";

/** What the resources of streams work with. */
export interface StreamResources {
  readonly streams: StreamRegistry;
  readonly cameras: CameraRoster;
  readonly readers: EventReaders;
  /** What all who may ask a stream may ask together. */
  readonly questions: SharedQuestions;
  /** How many watch a stream, over the WebSocket and over HTTP. */
  readonly watchersOf: (id: string) => number;
  readonly limits: Limits;
  /** What was seen and thought; null: nothing is kept. */
  readonly history: History | null;
}

/** @throws {HttpProblem} 403, when whoever makes the request may not do that */
export function requireMay(c: Context<AppEnv>, scope: Scope, id?: string): void {
  requireGrant(c.get("grant"), scope, id);
}

/** @throws {HttpProblem} 403, when a grant does not allow that */
export function requireGrant(grant: Grant, scope: Scope, id?: string): void {
  if (may(grant, scope, id)) return;
  const what = id === undefined ? "" : ` on the stream ${id}`;
  throw new HttpProblem(403, "forbidden", `Your token does not allow "${scope}"${what}. Use one that does.`);
}

/**
 * The stream of an id: an open one, or that of a camera that is being opened again.
 *
 * @throws {HttpProblem} 404, or 409 where a camera has no stream yet
 */
export function requireStream(
  { streams, cameras }: Pick<StreamResources, "streams" | "cameras">,
  id: string,
): StreamHandle {
  const camera = cameras.get(id);
  const stream = streams.get(id) ?? camera?.stream ?? null;
  if (stream !== null) return stream;
  if (camera === undefined)
    throw new HttpProblem(404, "stream_not_found", `There is no stream ${id}. GET /v1/streams lists them.`);
  const { state, message } = camera.status;
  throw new HttpProblem(
    409,
    "camera_not_open",
    `The camera ${id} is ${state}. ${message ?? "Enable it, or wait until it is open."}`,
  );
}
