import type { ModelInfo } from "../engine/mod.ts";
import { toModelInfo } from "../protocol/mod.ts";

/** `GET /v1/models`: OpenAI's list shape, and under `thinkalong` what a video client must know. */
export function modelList(model: ModelInfo) {
  return {
    object: "list",
    data: [
      { id: model.id, object: "model", created: 0, owned_by: "thinkalong", thinkalong: toModelInfo(model) },
    ],
  };
}
