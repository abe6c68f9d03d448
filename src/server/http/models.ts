import { Hono } from "hono";
import type { ModelInfo } from "../../engine/mod.ts";
import { toModelInfo } from "../../protocol/mod.ts";

/** `GET /v1/models`: the model in the shape of OpenAI's API, with what a video client must know under `thinkalong`. */
export function models(model: ModelInfo): Hono {
  const listed = {
    id: model.id,
    object: "model",
    created: 0,
    owned_by: "thinkalong",
    thinkalong: toModelInfo(model),
  };
  const app = new Hono();
  app.get("/v1/models", (c) => c.json({ object: "list", data: [listed] }));
  return app;
}
