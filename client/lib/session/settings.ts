import type { ClientMessage, SessionSettings } from "../../../src/protocol/client-messages.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";
import type { ConnectedSession, SessionObject } from "../../../src/protocol/session-object.ts";
import { ClientError, errorOf } from "../errors.ts";

interface Change {
  readonly id: string;
  readonly settings: SessionSettings;
  readonly resolve: (session: SessionObject) => void;
  readonly reject: (error: ClientError) => void;
}

/** `event_id` of the settings with which a session begins. */
const FIRST = "settings_first";

/** The settings that a client has asked for, so that a session that begins anew gets them, too. */
export class Settings {
  private wanted: SessionSettings;
  /** Changes that are not answered, in the order in which they will be. */
  private open: Change[] = [];
  private count = 0;

  constructor(
    first: SessionSettings,
    private readonly send: (message: ClientMessage) => boolean,
  ) {
    this.wanted = first;
  }

  /** A new session begins. */
  begin(): void {
    const { wanted } = this;
    if (Object.keys(wanted).length === 0) return;
    // It is answered as any other change is. Nobody waits for it; where it is refused, the event says so.
    const ignored = () => {};
    this.open.push({ id: FIRST, settings: wanted, resolve: ignored, reject: ignored });
    this.send({ type: "session.update", event_id: FIRST, session: wanted });
  }

  /** @throws {ClientError} as a rejection: why it was refused, or `connection_lost` */
  change(settings: SessionSettings): Promise<SessionObject> {
    return new Promise((resolve, reject) => {
      const change = { id: `settings_${this.count++}`, settings, resolve, reject };
      this.open.push(change);
      if (!this.send({ type: "session.update", event_id: change.id, session: settings })) this.lose();
    });
  }

  take(event: ServerEvent, role: ConnectedSession["role"]): void {
    if (event.type === "error") {
      const refused = this.open.find(({ id }) => id === event.error.event_id);
      if (refused === undefined) return;
      this.open = this.open.filter((change) => change !== refused);
      refused.reject(errorOf(event));
    } else if (event.type === "session.updated" && this.isOwn(event.event_id, role)) {
      const change = this.open.shift();
      if (change === undefined) return;
      this.wanted = { ...this.wanted, ...change.settings };
      change.resolve(event.session);
    }
  }

  /** Nobody can tell what became of the changes that are not answered. */
  lose(): void {
    for (const { reject } of this.open.splice(0))
      reject(
        new ClientError(
          "connection_lost",
          "There is no connection, so the settings may not have been changed. Try again when there is one.",
        ),
      );
  }

  /** Whoever watches is told of the owner's changes, too; the answer to its own has an id for it alone. */
  private isOwn(eventId: string, role: ConnectedSession["role"]): boolean {
    return role === "own" || eventId.includes(".");
  }
}
