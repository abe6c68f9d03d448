import { type Signal, signal } from "@preact/signals";
import { ClientError, type ConnectionState, type Session, type VideoFeed } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import type { Source } from "../sources/source.ts";
import { Story } from "../story/story.ts";
import { Conversation } from "../talk/conversation.ts";

let count = 0;

/** What is watched now: a source, the session about it, and what came of it. Another source is another of these. */
export class Watching {
  /** Its running number on this page. */
  readonly number = count++;
  readonly session: Session;
  readonly connection: Signal<ConnectionState>;
  readonly story = new Story();
  readonly talk = new Conversation((question, options) => {
    if (this.source === null) throw new ClientError("session_ended", "Not sent: choose a video first.");
    return this.session.ask(question, options);
  });
  /** Sends the pictures, where this page has them. */
  feed: VideoFeed | null = null;

  /** @param source null: nothing was chosen yet */
  constructor(readonly source: Source | null) {
    this.session = server.peek().open(source?.kind === "stream" ? { stream: source.id } : {});
    this.connection = signal(this.session.state);
    this.session.on("state", (state) => {
      this.connection.value = state;
    });
    this.session.on("event", (event) => {
      this.story.hear(event);
      this.talk.hear(event);
    });
  }

  /** Sends nothing more, and leaves the session. */
  leave(): void {
    this.feed?.stop();
    this.session.leave();
  }
}

/** null: before the first. */
export const watching = signal<Watching | null>(null);
