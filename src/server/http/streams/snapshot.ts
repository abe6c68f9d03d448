import { Hono } from "hono";
import type { Frame } from "../../../ingest/mod.ts";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import { requireMay, requireStream, type StreamResources } from "./shared.ts";

/** Longest sides of a snapshot (px). There are few, so that many who ask for the same frame share the work. */
const SIDES = [64, 160, 320, 480, 640, 960, 1280, 1920, 2560, 3840] as const;

const USUAL_SIDE = 640;

/** `GET /v1/streams/{id}/snapshot.jpg`: the newest picture that was thought about or waits for it. */
export function snapshotResource(resources: StreamResources): Hono<AppEnv> {
  const snapshots = new Snapshots();
  const app = new Hono<AppEnv>();
  app.get("/v1/streams/:id/snapshot.jpg", async (c) => {
    const id = c.req.param("id");
    requireMay(c, "watch", id);
    const side = sideOf(c.req.query("side"));
    const frame = requireStream(resources, id).newestFrame;
    if (frame === null)
      throw new HttpProblem(404, "no_frame_yet", `No picture of ${id} has come yet. Try again soon.`);
    const etag = `"${id}-${frame.seq}-${frame.mediaTimeMs}-${side}"`;
    c.header("ETag", etag);
    c.header("X-Media-Time-Ms", String(frame.mediaTimeMs));
    if (c.req.header("if-none-match") === etag) return c.body(null, 304);
    const jpeg = await snapshots.jpeg(frame, side);
    c.header("Content-Type", "image/jpeg");
    return c.body(new Uint8Array(jpeg));
  });
  return app;
}

/** JPEGs of frames, each encoded once for all who ask for it. They are forgotten with their frame. */
class Snapshots {
  private readonly made = new WeakMap<Frame, Map<number, Promise<Uint8Array>>>();

  jpeg(frame: Frame, side: number): Promise<Uint8Array> {
    const ofFrame = this.made.get(frame) ?? new Map<number, Promise<Uint8Array>>();
    this.made.set(frame, ofFrame);
    const jpeg = ofFrame.get(side) ?? frame.jpeg(side);
    ofFrame.set(side, jpeg);
    return jpeg;
  }
}

/**
 * The largest side that is not larger than the one that is asked for.
 *
 * @throws {HttpProblem} 400
 */
function sideOf(asked: string | undefined): number {
  const wanted = asked === undefined ? USUAL_SIDE : Number(asked);
  if (!Number.isInteger(wanted) || wanted < SIDES[0])
    throw new HttpProblem(
      400,
      "invalid_value",
      `The side must be a whole number of pixels of at least ${SIDES[0]}.`,
      "side",
    );
  return SIDES.findLast((side) => side <= wanted) ?? SIDES[0];
}
