import { once } from "node:events";
import { WebSocket } from "ws";
import {
  encodeFrameHeader,
  SERVER_EVENTS,
  type ServerEvent,
  type ServerEventOf,
} from "../../src/protocol/mod.ts";

type EventType = ServerEvent["type"];

/** A client of a server under trial. It checks every event against its schema, and keeps those that it needs. */
export class Visitor {
  /** Events that are not as their schemas say. */
  readonly malformed: string[] = [];
  readonly errors: ServerEventOf<"error">["error"][] = [];
  /** Units about which the model has thought, or skipped, so far. */
  thoughts = 0;
  /** Frames that were dropped, so far. */
  dropped = 0;
  private readonly last = new Map<EventType, ServerEvent>();
  private readonly listeners = new Set<() => void>();
  private closeCode: number | null = null;

  private constructor(
    readonly socket: WebSocket,
    private readonly onEvent: (event: ServerEvent) => void,
  ) {
    socket.on("message", (data) => this.receive(JSON.parse(String(data)) as ServerEvent));
    socket.on("close", (code) => {
      this.closeCode = code;
      this.notify();
    });
    socket.on("error", () => {});
  }

  /**
   * @param onEvent called with each event, in order
   * @throws when the upgrade is refused
   */
  static async connect(url: string, onEvent: (event: ServerEvent) => void = () => {}): Promise<Visitor> {
    const visitor = new Visitor(new WebSocket(`${url.replace("http", "ws")}/v1/stream`), onEvent);
    await once(visitor.socket, "open");
    return visitor;
  }

  get isOpen(): boolean {
    return this.closeCode === null;
  }

  /** The close code, once the socket is closed. */
  get code(): number | null {
    return this.closeCode;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Sends an encoded picture. */
  frame(image: Uint8Array, seq: number, captureTimeMs: number): void {
    this.socket.send(Buffer.concat([encodeFrameHeader({ seq, captureTimeMs }), image]));
  }

  /** Waits for an event of a type that has come or will come. Null when the socket is closed before. */
  async next<T extends EventType>(type: T): Promise<ServerEventOf<T> | null> {
    await this.until(() => this.last.has(type));
    return (this.last.get(type) as ServerEventOf<T> | undefined) ?? null;
  }

  /** Waits until a condition holds or the socket is closed. It is looked at whenever an event has come. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && this.isOpen) await new Promise<void>((resolve) => this.listeners.add(resolve));
  }

  /** Ends the session as a client should. Resolves with the close code. */
  async leave(): Promise<number> {
    if (this.socket.readyState === WebSocket.OPEN) this.send({ type: "session.close" });
    await this.until(() => false);
    return this.closeCode!;
  }

  private receive(event: ServerEvent): void {
    const parsed = SERVER_EVENTS[event.type]?.strict().safeParse(event);
    if (parsed?.success !== true) this.malformed.push(`${event.type}: ${parsed?.error.message ?? "unknown"}`);
    if (event.type === "error") this.errors.push(event.error);
    if (event.type === "response.reasoning_text.done") this.thoughts++;
    if (event.type === "input_video_frame.dropped") this.dropped++;
    this.last.set(event.type, event);
    this.onEvent(event);
    this.notify();
  }

  private notify(): void {
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }
}
