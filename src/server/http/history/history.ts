import { type Context, Hono } from "hono";
import type { History } from "../../../history/mod.ts";
import { may } from "../../auth/grant.ts";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import { requireMay } from "../streams/shared.ts";
import { entryObject, summaryObject } from "./history-object.ts";
import { readSearch, readSummary } from "./query.ts";

/**
 * `GET /v1/history`: finds what was seen, thought, asked and alerted. `GET /v1/history/summary`: counts it by hour or day.
 * `DELETE /v1/history?stream=NAME`: deletes all of a stream.
 */
export function historyResource(history: History | null): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get("/v1/history", async (c) => {
    const wanted = readSearch(c.req.query());
    const streams = mayBeSeen(c, wanted.streams);
    const { found, hasMore } = await requireHistory(history).ask("search", { ...wanted, streams });
    const data = found.map(entryObject);
    return c.json({
      object: "list",
      data,
      has_more: hasMore,
      next: hasMore ? String(found.at(-1)!.id) : null,
    });
  });
  app.get("/v1/history/summary", async (c) => {
    const wish = readSummary(c.req.query());
    const streams = mayBeSeen(c, wish.streams);
    return c.json(summaryObject(wish, await requireHistory(history).ask("summary", { ...wish, streams })));
  });
  app.delete("/v1/history", async (c) => {
    const stream = c.req.query("stream");
    requireMay(c, "admin", stream);
    if (!stream)
      throw new HttpProblem(
        400,
        "invalid_value",
        "Name the stream whose history is to be deleted.",
        "stream",
      );
    const deleted = await requireHistory(history).forget(stream);
    if (deleted !== null) return c.json({ object: "history.deleted", stream, events: deleted });
    throw new HttpProblem(404, "stream_not_found", `Nothing is kept of a stream ${stream}.`, "stream");
  });
  return app;
}

/** @throws {HttpProblem} 404, when nothing is kept */
export function requireHistory(history: History | null): History {
  if (history !== null) return history;
  throw new HttpProblem(
    404,
    "no_history",
    "This server keeps no history. Its operator can turn it on (history.enabled in the config file).",
  );
}

/**
 * Of which streams somebody may see what is kept; null: of all.
 *
 * @throws {HttpProblem} 403 for a stream that is asked for and may not be seen
 */
export function mayBeSeen(c: Context<AppEnv>, asked: readonly string[] | null): readonly string[] | null {
  const grant = c.get("grant");
  for (const stream of asked ?? []) requireMay(c, "watch", stream);
  if (asked === null) requireMay(c, "watch");
  return asked ?? (may(grant, "admin") || grant.streams === null ? null : [...grant.streams]);
}
