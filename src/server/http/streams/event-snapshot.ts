import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import { requireMay, type StreamResources } from "./shared.ts";

/** `GET /v1/streams/{id}/events/{event_id}/snapshot.jpg`: the picture that is kept with an event. */
export function eventSnapshotResource({ eventPictures }: StreamResources): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get("/v1/streams/:id/events/:event/snapshot.jpg", async (c) => {
    const { id, event } = c.req.param();
    requireMay(c, "watch", id);
    for (const pictures of eventPictures) {
      const jpeg = await pictures.find(id, event);
      if (jpeg === null) continue;
      c.header("Content-Type", "image/jpeg");
      return c.body(new Uint8Array(jpeg));
    }
    throw new HttpProblem(
      404,
      "no_picture",
      `No picture is kept of the event ${event} of ${id}. Pictures are kept of some thoughts and alerts, and for a while.`,
    );
  });
  return app;
}
