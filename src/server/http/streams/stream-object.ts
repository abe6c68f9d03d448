import { type RosteredCamera, shownUrl } from "../../../cameras/mod.ts";
import type { Heard, Latest, StreamHandle } from "../../../streams/mod.ts";

/** A session as the API shows it. */
export function sessionObject(stream: StreamHandle, watchers: number) {
  return {
    id: stream.id,
    object: "stream",
    kind: "session",
    state: stream.state,
    watchers,
    ...figures(stream),
    settings: stream.settings,
  };
}

/** A camera as the API shows it: without the secrets in its address. */
export function cameraObject({ name, origin, entry, status, stream }: RosteredCamera, watchers: number) {
  const { url, ...settings } = entry;
  return {
    id: name,
    object: "stream",
    kind: "camera",
    origin,
    url: shownUrl(url),
    state: status.state,
    message: status.message,
    restarts: status.restarts,
    watchers,
    ...figures(stream),
    settings,
  };
}

function figures(stream: StreamHandle | null) {
  return {
    created: stream === null ? null : new Date(stream.createdAtMs).toISOString(),
    newest_media_time_ms: stream?.newestFrame?.mediaTimeMs ?? null,
    stats: stream?.figures ?? null,
    recap: stream?.recap ?? null,
    latest_thought: latestThought(stream?.latest.thought ?? null),
    latest_alert: latestAlert(stream?.latest.alert ?? null),
  };
}

function latestThought(said: Latest["thought"]) {
  if (said === null) return null;
  const { text, media_time_ms, unfamiliar, event_id } = said.event;
  return { text, media_time_ms, time: isoTime(said), unfamiliar, event_id };
}

function latestAlert(said: Latest["alert"]) {
  if (said === null) return null;
  const { alert, message, media_time_ms, snapshot, event_id } = said.event;
  return { alert, message, media_time_ms, time: isoTime(said), snapshot, event_id };
}

function isoTime({ atMs }: Heard<unknown>): string {
  return new Date(atMs).toISOString();
}
