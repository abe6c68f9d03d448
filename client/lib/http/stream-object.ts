import type { SourceState } from "../../../src/protocol/fields.ts";
import type { SessionStats } from "../../../src/protocol/server-events.ts";

/** The last thing that was thought and told. */
export interface LatestThought {
  readonly text: string;
  /** Media time of what it is about (ms). */
  readonly media_time_ms: number;
  /** When the server had it (ISO 8601). */
  readonly time: string;
  /** The scene was unfamiliar, so it may be wrong. */
  readonly unfamiliar: boolean;
  readonly event_id: string;
}

/** The last alert that was raised. */
export interface LatestAlert {
  /** Name of the alert. */
  readonly alert: string;
  /** What was thought when it was raised. */
  readonly message: string;
  /** Media time of what raised it (ms). */
  readonly media_time_ms: number;
  /** When the server had it (ISO 8601). */
  readonly time: string;
  /** Path of its picture on the server; null when there is none. */
  readonly snapshot: string | null;
  readonly event_id: string;
}

/** What every stream shows. */
export interface StreamShown {
  readonly id: string;
  readonly object: "stream";
  /** How many watch it. */
  readonly watchers: number;
  /** When it was opened (ISO 8601); null before. */
  readonly created: string | null;
  /** Media time of the newest picture (ms); null before the first. */
  readonly newest_media_time_ms: number | null;
  readonly stats: SessionStats | null;
  /** What the model has summed up of all that it saw, in its words; null before it has. */
  readonly recap: string | null;
  /** Null before the first since the server was started. */
  readonly latest_thought: LatestThought | null;
  /** Null before the first since the server was started. */
  readonly latest_alert: LatestAlert | null;
}

/**
 * A camera that the server watches by itself.
 *
 * @example
 * const door = await streams.create("door", { url: "rtsp://door.local/live" });
 */
export interface CameraObject extends StreamShown {
  readonly kind: "camera";
  /** Whether it stands in the config file or was made over the API. */
  readonly origin: "config" | "api";
  /** Its address without name, password and query. */
  readonly url: string;
  readonly state: SourceState | "disabled" | "refused";
  /** For people: why it is in this state. */
  readonly message: string | null;
  readonly restarts: number;
  /** What was set. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The session of a client that pushes its pictures. */
export interface SessionStreamObject extends StreamShown {
  readonly kind: "session";
  readonly state: "created" | "open" | "ending" | "closed";
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * A stream as the server lists it.
 *
 * @example
 * ```ts
 * const { id, kind, state } = await server.streams.get("door");
 * ```
 */
export type StreamObject = CameraObject | SessionStreamObject;
