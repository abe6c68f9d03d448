import { watching } from "../watch/watching.ts";

/** What the model was made for, in its own maker's words. */
export function ModelKnows() {
  const about = watching.value?.story.session.value?.model_info.description;
  return about ? <p class="muted of-model">The model: {about}</p> : null;
}
