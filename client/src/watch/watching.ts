import { effect, type Signal, signal } from "@preact/signals";
import { ClientError, type ConnectionState, type Session, type VideoFeed } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { isLive, type Source } from "../sources/source.ts";
import { Story } from "../story/story.ts";
import { Conversation } from "../talk/conversation.ts";
import { PictureFlow } from "./picture-flow.ts";
import { phase, shownMs } from "./playback.ts";
import { Thumbnails } from "./thumbnails.ts";

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
  /** Of the pictures that this page sends. */
  readonly thumbnails = new Thumbnails();
  readonly flow = new PictureFlow();
  private readonly stopFollowing: () => void;
  /** Sends the pictures, where this page has them. */
  feed: VideoFeed | null = null;

  /** @param source null: nothing was chosen yet */
  constructor(readonly source: Source | null) {
    this.session = server.peek().open(source?.kind === "stream" ? { stream: source.id } : {});
    this.connection = signal(this.session.state);
    // While the video rests, no pictures are due.
    this.stopFollowing = effect(() => {
      if (phase.value !== "playing") this.flow.rest();
      else if (source !== null && !isLive(source)) this.flow.shows(shownMs.value);
    });
    this.session.on("state", (state) => {
      this.connection.value = state;
      if (state.phase !== "open") this.flow.rest();
    });
    this.session.on("event", (event) => {
      this.story.hear(event);
      this.talk.hear(event);
    });
    this.session.on("session.created", () => this.thumbnails.forget());
    this.session.on("unit.seen", (event) => void this.thumbnails.see(event.unit, event.media_time_ms));
    this.session.on("skipped", ({ reason }) => {
      if (reason === "behind") this.flow.skipped(performance.now());
    });
  }

  /** A picture was given to the session. */
  sent(picture: Blob, mediaTimeMs: number): void {
    this.thumbnails.take(picture, mediaTimeMs);
    this.flow.sent(performance.now(), mediaTimeMs);
  }

  /** Sends nothing more, and leaves the session. */
  leave(): void {
    this.feed?.stop();
    this.stopFollowing();
    this.session.leave();
  }
}

/** null: before the first. */
export const watching = signal<Watching | null>(null);
