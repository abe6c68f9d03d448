import type { CameraEntry } from "../../../src/cameras/camera-schema.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";
import { ClientError, errorOf } from "../errors.ts";
import { pauseMs, type RetryOptions } from "../server/pause.ts";
import type { ServerAddress } from "../server/server-address.ts";
import { type Answer, ComingAnswer } from "../session/answer.ts";
import { queryOf } from "./query.ts";
import { serverSentEvents } from "./server-sent-events.ts";
import type { CameraObject, StreamObject } from "./stream-object.ts";

/**
 * A picture of a stream.
 *
 * @example
 * image.src = URL.createObjectURL((await streams.snapshot("door")).picture);
 */
export interface Snapshot {
  /** A JPEG. */
  readonly picture: Blob;
  /** Which moment it shows (ms). */
  readonly mediaTimeMs: number;
  /** By which the server knows it again; null: a proxy has taken it away. */
  readonly etag: string | null;
}

/**
 * How a picture is wanted.
 *
 * @example
 * await streams.snapshot("door", { side: 320 });
 */
export interface SnapshotOptions {
  /** No side is longer (px); default 640. */
  readonly side?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Which events are wanted.
 *
 * @example
 * streams.events("door", { after: "event_61" });
 */
export interface EventsOptions {
  /** Id of the last event that one has. */
  readonly after?: string;
  /** Begins with all that the server still holds. Default: with what happens from now on. */
  readonly fromStart?: boolean;
  readonly signal?: AbortSignal;
  /** Pauses between attempts to connect again. */
  readonly retry?: RetryOptions;
}

/** HTTP statuses that pass by. */
const PASSING: ReadonlySet<number | null> = new Set([409, 429, 502, 503, 504]);

/** The streams of a server. Users get them from `ThinkalongClient`. */
export let streamsOf: (server: ServerAddress) => HttpStreams;

/**
 * The streams of a server over HTTP, as docs/http-api.md describes them. Every method fails with a {@link ClientError}.
 *
 * @example
 * ```ts
 * const { streams } = new ThinkalongClient("http://127.0.0.1:8080");
 * await streams.create("door", { url: "rtsp://viewer:secret@door.local/live" });
 * const { picture } = await streams.snapshot("door", { side: 640 });
 * ```
 */
export class HttpStreams {
  /** `ThinkalongClient` makes one. */
  private constructor(private readonly server: ServerAddress) {}

  static {
    streamsOf = (server) => new HttpStreams(server);
  }

  /** All streams that one may watch. */
  async list(): Promise<StreamObject[]> {
    return (await this.server.json<{ data: StreamObject[] }>("v1/streams")).data;
  }

  /** One stream. */
  async get(id: string): Promise<StreamObject> {
    return await this.server.json(path(id));
  }

  /** Opens a camera, which is there again after a restart of the server. */
  async create(id: string, camera: CameraEntry): Promise<CameraObject> {
    return await this.server.json("v1/streams", { method: "POST", body: { id, ...camera } });
  }

  /** Changes a camera. What is left out stays, and null takes a setting back. */
  async change(
    id: string,
    changes: { readonly [Name in keyof CameraEntry]?: CameraEntry[Name] | null },
  ): Promise<CameraObject> {
    return await this.server.json(path(id), { method: "PATCH", body: changes });
  }

  /** Closes a camera and forgets it. */
  async delete(id: string): Promise<void> {
    await this.server.request(path(id), { method: "DELETE" });
  }

  /**
   * The newest picture.
   *
   * @example const { picture, mediaTimeMs } = await streams.snapshot("door", { side: 320 });
   */
  async snapshot(id: string, options: SnapshotOptions = {}): Promise<Snapshot> {
    return snapshotOf(await this.requestSnapshot(id, options));
  }

  /**
   * The newest picture, unless one has it already.
   *
   * @param known the picture that one has, of the same size; null: none
   * @returns null when there is no newer one; then almost nothing was sent
   * @example shown = (await streams.newerSnapshot("door", shown)) ?? shown;
   */
  async newerSnapshot(
    id: string,
    known: Snapshot | null,
    options: SnapshotOptions = {},
  ): Promise<Snapshot | null> {
    const answer = await this.requestSnapshot(id, options, known?.etag ?? null);
    return answer.status === 304 ? null : await snapshotOf(answer);
  }

  /** Asks a question. `signal` stops the answer. */
  ask(id: string, question: string, { signal }: { readonly signal?: AbortSignal } = {}): Answer {
    const answer = new ComingAnswer("", question);
    this.answer(id, answer, signal).catch((error) => answer.fail(error));
    return answer;
  }

  /**
   * The events of a stream as they happen, until it ends. Fails when the first connection does. A later one that is lost is
   * repaired, and what was missed comes then.
   *
   * @example
   * ```ts
   * for await (const event of streams.events("door", { fromStart: true })) console.log(event.type);
   * ```
   */
  async *events(id: string, options: EventsOptions = {}): AsyncGenerator<ServerEvent> {
    const { fromStart = false, signal, retry } = options;
    let last = options.after ?? null;
    let hasBegun = false;
    for (let attempt = 0; ; attempt++) {
      let isOver = false;
      try {
        const query = last === null && fromStart ? "?from=start" : "";
        const response = await this.server.request(`${path(id)}/events${query}`, {
          headers: { accept: "text/event-stream", ...(last === null ? {} : { "last-event-id": last }) },
          ...(signal ? { signal } : {}),
        });
        if (response.status === 204) return;
        hasBegun = true;
        for await (const data of serverSentEvents(response)) {
          const event = JSON.parse(data) as ServerEvent;
          if (event.type === "error" && event.error.fatal && event.event_id.includes("."))
            throw errorOf(event);
          last = event.event_id;
          attempt = 0;
          isOver =
            event.type === "session.closed" && event.reason !== "going_away" && event.reason !== "failed";
          yield event;
        }
      } catch (error) {
        if (signal?.aborted || !hasBegun || !mayPass(error)) throw error;
      }
      if (isOver) return;
      await pause(pauseMs(attempt, retry), signal);
    }
  }

  private requestSnapshot(
    id: string,
    { side, signal }: SnapshotOptions,
    etag: string | null = null,
  ): Promise<Response> {
    const headers: Record<string, string> = etag === null ? {} : { "if-none-match": etag };
    return this.server.request(`${path(id)}/snapshot.jpg${queryOf({ side })}`, { headers, signal });
  }

  private async answer(id: string, answer: ComingAnswer, signal: AbortSignal | undefined): Promise<void> {
    const body = { question: answer.question, stream: true };
    const request = { method: "POST", body, ...(signal ? { signal } : {}) };
    const response = await this.server.request(`${path(id)}/ask`, request);
    for await (const data of serverSentEvents(response)) {
      const event = JSON.parse(data) as ServerEvent;
      if (event.type === "response.output_text.delta") answer.piece(event.delta);
      else if (event.type === "response.output_text.done") answer.textDone(event);
      else if (event.type === "response.done") answer.done(event);
      else if (event.type === "error") throw errorOf(event);
    }
    answer.fail(new ClientError("stream_closed", `The stream ${id} has ended before it gave an answer.`));
  }
}

function path(id: string): string {
  return `v1/streams/${encodeURIComponent(id)}`;
}

async function snapshotOf(answer: Response): Promise<Snapshot> {
  const { headers } = answer;
  return {
    picture: await answer.blob(),
    mediaTimeMs: Number(headers.get("x-media-time-ms")),
    etag: headers.get("etag"),
  };
}

/** Whether trying again may help: the connection broke, or the server is not ready. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof ClientError)) return error instanceof TypeError;
  return error.code === "connection_failed" || PASSING.has(error.status);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const left = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", left);
      resolve();
    }, ms);
    signal?.addEventListener("abort", left, { once: true });
  });
}
