import { alertsOf, type HttpAlerts } from "./http/alerts.ts";
import { type HttpHistory, historyOf } from "./http/history.ts";
import { pictureAt } from "./http/picture.ts";
import { type HttpStreams, streamsOf } from "./http/streams.ts";
import { ServerAddress, type ServerOptions } from "./server/server-address.ts";
import { openSession, type Session } from "./session/session.ts";
import type { SessionOptions } from "./session/session-options.ts";

/**
 * How a server is reached, and how a session is opened.
 *
 * @example
 * await connect(url, { token, stream: "door" });
 */
export interface ConnectOptions extends ServerOptions, SessionOptions {}

/**
 * A thinkalong server, for browsers and Node.
 *
 * @example
 * ```ts
 * const server = new ThinkalongClient("https://cameras.example", { token });
 * for (const { id, state } of await server.streams.list()) console.log(id, state);
 * const session = await server.connect({ stream: "door" });
 * ```
 */
export class ThinkalongClient {
  /** Its streams over HTTP: list, snapshots, events, questions, cameras. */
  readonly streams: HttpStreams;
  /** What it has kept: search, summary. */
  readonly history: HttpHistory;
  /** Its alerts in words. */
  readonly alerts: HttpAlerts;
  private readonly address: ServerAddress;

  /**
   * @param url of the server; on a page, it may be relative
   * @throws {TypeError} it is not a URL
   */
  constructor(url: string | URL, options: ServerOptions = {}) {
    this.address = new ServerAddress(url, options);
    this.streams = streamsOf(this.address);
    this.history = historyOf(this.address);
    this.alerts = alertsOf(this.address);
  }

  /**
   * Fetches the picture that an event or an entry of the history names in `snapshot`. The token goes with it, which an
   * `<img>` cannot send.
   *
   * @param path such as `/v1/streams/door/events/event_62/snapshot.jpg`
   * @throws {ClientError} `picture_not_found`, when there is none or no more; `foreign_path`, when it is not of this server's API
   * @example image.src = URL.createObjectURL(await server.picture(entry.snapshot));
   */
  picture(path: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Blob> {
    return pictureAt(this.address, path, signal);
  }

  /**
   * Opens a session, and resolves when it is open. Fails when the first attempt to connect does; later losses are repaired.
   * Events that came with the connection are heard by who listens at once, without waiting for anything else.
   *
   * @throws {ClientError} why there is no session
   * @example const session = await server.connect({ settings: { fps: 2 } });
   */
  async connect(options: SessionOptions = {}): Promise<Session> {
    const session = this.open(options);
    await new Promise<void>((resolve, reject) => {
      const offs = [
        session.on("session.created", () => done(resolve)),
        session.on("state", ({ phase, error }) => {
          if (phase === "waiting" || phase === "closed") done(() => reject(error));
        }),
      ];
      const done = (settle: () => void) => {
        for (const off of offs) off();
        settle();
      };
    }).catch((error) => {
      session.leave();
      throw error;
    });
    return session;
  }

  /**
   * Opens a session and returns at once. It goes on trying when the server cannot be reached; `on("state", …)` tells.
   *
   * @example
   * ```ts
   * const session = server.open();
   * session.on("state", ({ phase, error }) => console.log(phase, error?.message));
   * ```
   */
  open(options: SessionOptions = {}): Session {
    return openSession(this.address, options);
  }
}

/**
 * Opens a session on a server: one of one's own, to which one sends video, or one that watches a `stream`. Fails when the
 * first attempt to connect does; later losses are repaired.
 *
 * @param url of the server, such as `http://127.0.0.1:8080`; on a page, it may be relative
 * @throws {ClientError} why there is no session: `connection_failed`, `unauthorized`, `stream_not_found` and others
 * @example
 * ```ts
 * const session = await connect("http://127.0.0.1:8080");
 * session.on("response.reasoning_text.done", ({ text }) => text && console.log(text));
 * session.sendFrame(jpeg, { mediaTimeMs: 0 });
 * console.log(await session.ask("What happened last?").whole);
 * ```
 */
export function connect(url: string | URL, options: ConnectOptions = {}): Promise<Session> {
  return new ThinkalongClient(url, options).connect(options);
}
