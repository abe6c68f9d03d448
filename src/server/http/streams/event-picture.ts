import { Hono } from "hono";
import type { EventPictures } from "../../../streams/mod.ts";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import { requireMay } from "./shared.ts";

/** `GET /v1/streams/{id}/events/{event_id}/snapshot.jpg`: the picture of the moment of an event, such as of an alert. */
export function eventPictureResource(kept: readonly EventPictures[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get("/v1/streams/:id/events/:event/snapshot.jpg", async (c) => {
    const { id, event } = c.req.param();
    requireMay(c, "watch", id);
    for (const pictures of kept) {
      const jpeg = await pictures.find(id, event);
      if (jpeg === null) continue;
      c.header("Content-Type", "image/jpeg");
      return c.body(new Uint8Array(jpeg));
    }
    throw new HttpProblem(
      404,
      "picture_not_found",
      `There is no picture of ${event} of ${id}, or no more. They are kept for a while, of alerts and, in a history, of some thoughts.`,
    );
  });
  return app;
}
