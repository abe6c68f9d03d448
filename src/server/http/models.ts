import { Hono } from "hono";
import type { ModelInfo } from "../../engine/mod.ts";
import { toModelInfo } from "../../protocol/mod.ts";
import { type Grant, may } from "../auth/grant.ts";
import { modelOfStream } from "../openai/asking.ts";
import type { AppEnv } from "./app-env.ts";
import { HttpProblem } from "./http-problem.ts";
import type { StreamResources } from "./streams/shared.ts";

/** A model in the shape of OpenAI's API. */
interface ModelObject {
  readonly id: string;
  readonly object: "model";
  /** Seconds since 1970. */
  readonly created: number;
  readonly owned_by: "thinkalong";
}

/**
 * `GET /v1/models` and `/v1/models/{id}` in the shape of OpenAI's API: the model, with what a video client must know under
 * `thinkalong`, and behind it the live streams that one may ask.
 */
export function models(
  model: ModelInfo,
  { streams, cameras }: Pick<StreamResources, "streams" | "cameras">,
): Hono<AppEnv> {
  const startedAtMs = Date.now();
  const listed = { ...modelObject(model.id, startedAtMs), thinkalong: toModelInfo(model) };
  /** Cameras that are there to be asked, and sessions, with when they were opened. */
  const live = (): Map<string, number> => {
    const opened = cameras
      .list()
      .map(({ name, stream }) => [name, stream?.createdAtMs ?? startedAtMs] as const);
    return new Map([...opened, ...[...streams].map(({ id, createdAtMs }) => [id, createdAtMs] as const)]);
  };
  const askable = (grant: Grant): ModelObject[] => [
    listed,
    ...[...live()]
      .filter(([id]) => may(grant, "ask", id))
      .map(([id, createdAtMs]) => modelObject(modelOfStream(id), createdAtMs)),
  ];
  const app = new Hono<AppEnv>();
  app.get("/v1/models", (c) => c.json({ object: "list", data: askable(c.get("grant")) }));
  // Names of models may have a slash in them.
  app.get("/v1/models/:id{.+}", (c) => {
    const id = c.req.param("id");
    const found = askable(c.get("grant")).find((each) => each.id === id);
    if (found !== undefined) return c.json(found);
    const message = `There is no model ${JSON.stringify(id.slice(0, 64))} here. GET /v1/models lists them.`;
    throw new HttpProblem(404, "model_not_found", message, "model");
  });
  return app;
}

function modelObject(id: string, createdAtMs: number): ModelObject {
  return { id, object: "model", created: Math.floor(createdAtMs / 1000), owned_by: "thinkalong" };
}
