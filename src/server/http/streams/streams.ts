import { Hono } from "hono";
import { z } from "zod";
import { cameraName, cameraSchema, mergePatch, type RosteredCamera } from "../../../cameras/mod.ts";
import type { StreamHandle } from "../../../streams/mod.ts";
import { may } from "../../auth/grant.ts";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import { checked, jsonBody, jsonOnly } from "../json-body.ts";
import { requireMay, requireStream, type StreamResources } from "./shared.ts";
import { cameraObject, sessionObject } from "./stream-object.ts";

const newCamera = cameraSchema.extend({ id: cameraName });

/** A change. What the camera becomes with it is checked, not the change alone. */
const patchBody = z.record(z.string(), z.unknown());

/**
 * `GET /v1/streams`: the streams that one may watch. `POST`: opens a camera. `GET`, `PATCH` and `DELETE` of
 * `/v1/streams/{id}`: shows a stream, changes or deletes a camera.
 */
export function streamsResource(resources: StreamResources): Hono<AppEnv> {
  const { streams, cameras, watchersOf, limits } = resources;
  const ofCamera = (camera: RosteredCamera) => cameraObject(camera, watchersOf(camera.name));
  const ofSession = (stream: StreamHandle) => sessionObject(stream, watchersOf(stream.id));
  const app = new Hono<AppEnv>();

  app.get("/v1/streams", (c) => {
    const listed = [
      ...cameras.list().map(ofCamera),
      ...[...streams].filter(({ kind }) => kind === "session").map(ofSession),
    ];
    return c.json({ object: "list", data: listed.filter(({ id }) => may(c.get("grant"), "watch", id)) });
  });

  app.post("/v1/streams", jsonOnly(limits.maxBodyBytes), async (c) => {
    requireMay(c, "admin");
    const { id, ...entry } = await jsonBody(c, newCamera);
    const camera = await cameras.add(id, entry);
    c.header("Location", `/v1/streams/${id}`);
    return c.json(ofCamera(camera), 201);
  });

  app.get("/v1/streams/:id", (c) => {
    const id = c.req.param("id");
    requireMay(c, "watch", id);
    const camera = cameras.get(id);
    return c.json(camera ? ofCamera(camera) : ofSession(requireStream(resources, id)));
  });

  app.patch("/v1/streams/:id", jsonOnly(limits.maxBodyBytes), async (c) => {
    const id = c.req.param("id");
    requireMay(c, "admin", id);
    requireCamera(resources, id);
    const patch = await jsonBody(c, patchBody);
    return c.json(
      ofCamera(await cameras.change(id, (entry) => checked(cameraSchema, mergePatch(entry, patch)))),
    );
  });

  app.delete("/v1/streams/:id", async (c) => {
    const id = c.req.param("id");
    requireMay(c, "admin", id);
    requireCamera(resources, id);
    await cameras.remove(id);
    return c.body(null, 204);
  });
  return app;
}

/** @throws {HttpProblem} 409 for a session, which belongs to its client */
function requireCamera({ streams, cameras }: StreamResources, id: string): void {
  if (cameras.get(id) !== undefined || streams.get(id) === undefined) return;
  throw new HttpProblem(
    409,
    "not_a_camera",
    `The stream ${id} is a client's session. Only its client can change or end it.`,
  );
}
