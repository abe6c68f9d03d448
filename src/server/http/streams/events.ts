import { Hono } from "hono";
import type { History } from "../../../history/mod.ts";
import { lastSeen, type ServerEvent } from "../../../protocol/mod.ts";
import type { Numbered, StreamHandle } from "../../../streams/mod.ts";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import { EventReader } from "./event-reader.ts";
import { requireMay, requireStream, type StreamResources } from "./shared.ts";
import { sseAnswer } from "./sse.ts";

/** After so many heartbeats that the client has not taken its connection is cut off. */
const QUIET_HEARTBEATS = 3;

/** Most events that a client gets from the history. */
const MOST_EARLIER = 1000;

/** `GET /v1/streams/{id}/events`: the events of a stream as server-sent events. */
export function eventsResource(resources: StreamResources): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get("/v1/streams/:id/events", async (c) => {
    const id = c.req.param("id");
    requireMay(c, "watch", id);
    const stream = requireStream(resources, id);
    const { log } = stream;
    // A browser that connects again sends the header, and the query as before.
    const named = c.req.header("last-event-id") || c.req.query("after");
    const after = named ? lastOf(named) : c.req.query("from") === "start" ? null : log.newest;
    const isOver = stream.state === "closed" && resources.cameras.get(id)?.isOver !== false;
    // This is how server-sent events tell a client not to connect again.
    if (isOver && log.newest !== null && after !== null && after >= log.newest) return c.body(null, 204);
    resources.readers.requireRoom();
    const earlier = await earlierEvents(resources.history, stream, after);
    const { incoming, outgoing } = c.env;
    // A client that does not read does not take heartbeats either.
    incoming.socket.setTimeout(QUIET_HEARTBEATS * resources.limits.heartbeatMs);
    const reader = new EventReader({
      stream,
      after,
      earlier,
      client: c.get("client"),
      limits: resources.limits,
      cutOff: () => outgoing.destroy(),
    });
    resources.readers.add(reader);
    return sseAnswer(c, reader.body);
  });
  return app;
}

/** What the history has of the events that the log no longer holds. Without a history, or when it fails: nothing. */
async function earlierEvents(
  history: History | null,
  { id, log }: StreamHandle,
  after: number | null,
): Promise<Numbered<ServerEvent>[]> {
  const before = log.oldest ?? (log.newest ?? -1) + 1;
  if (history === null || after === null || after >= before - 1) return [];
  const kept = await history.ask("events", { stream: id, after, before, most: MOST_EARLIER }).catch(() => []);
  return kept.map(({ number, event }) => ({ number, event: JSON.parse(event) as ServerEvent }));
}

/**
 * What a client has that has seen this event last.
 *
 * @throws {HttpProblem} 400 for what is no id of an event
 */
function lastOf(id: string): number | null {
  const last = lastSeen(id);
  if (last !== undefined) return last;
  throw new HttpProblem(
    400,
    "invalid_value",
    'The last event must be the id of an event, such as "event_12". Leave it out for events from now on.',
    "after",
  );
}
