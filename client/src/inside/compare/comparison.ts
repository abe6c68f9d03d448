import { type Signal, signal } from "@preact/signals";
import { ClientError, fromVideo, type Session, type VideoFeed } from "../../../lib/mod.ts";
import { server } from "../../app/access.ts";
import { nameOf, type Source } from "../../sources/source.ts";
import { again } from "../../watch/begin.ts";
import { video } from "../../watch/video.ts";
import { watching } from "../../watch/watching.ts";
import { OrderRun } from "./order-run.ts";
import { ORDERS, type Order } from "./orders.ts";

/** In the batch order, a server keeps all units, and this page all marks (s). */
const LONGEST_S = 300;

/** Those that run beside what is watched, which is streamed. */
const FURTHER = ORDERS.filter((order) => order !== "streamed");

const FULL: ReadonlySet<string> = new Set(["too_many_sessions", "too_many_streams"]);

export type Phase = "opening" | "playing" | "finishing" | "done" | "stopped";

/** One clip, played once, in all three orders at the same time. */
export class Comparison {
  readonly phase: Signal<Phase> = signal("opening");
  /** Why it was stopped, for people; empty: the visitor did. */
  readonly problem = signal("");
  readonly runs: Readonly<Record<Order, OrderRun>> = {
    streamed: new OrderRun(),
    interleaved: new OrderRun(),
    batch: new OrderRun(),
  };
  /** Length of the clip (ms). */
  lengthMs = 0;
  /** When the clip had ended, from the beginning (ms); null: it plays. */
  endMs: number | null = null;
  /** Name of the clip. */
  readonly name: string;
  private readonly ended = new AbortController();
  private sessions: readonly Session[] = [];
  private feeds: readonly VideoFeed[] = [];
  private beganAtMs = 0;

  constructor(source: Source) {
    this.name = nameOf(source);
  }

  get version(): number {
    return ORDERS.reduce((sum, order) => sum + this.runs[order].version, 0);
  }

  /** Time since its beginning (ms). */
  get nowMs(): number {
    return performance.now() - this.beganAtMs;
  }

  async run(): Promise<void> {
    if (video.duration > LONGEST_S)
      return this.stop(`The video is longer than ${LONGEST_S / 60} minutes. Choose a shorter one.`);
    const opened = await Promise.allSettled(
      FURTHER.map((paradigm) => server.peek().connect({ settings: { paradigm } })),
    );
    this.sessions = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const failed = opened.find((each) => each.status === "rejected");
    if (failed !== undefined) this.stop(whyNotOpened(failed.reason));
    if (this.phase.peek() === "opening") this.play();
    else this.leave();
  }

  /** @param why for people; empty: the visitor wanted it */
  stop(why = ""): void {
    if (this.phase.peek() === "done" || this.phase.peek() === "stopped") return;
    this.problem.value = why;
    this.phase.value = "stopped";
    this.leave();
  }

  private play(): void {
    again();
    const watched = watching.peek()!;
    this.beganAtMs = performance.now();
    this.lengthMs = video.duration * 1000 || 0;
    this.listen("streamed", watched.session);
    FURTHER.forEach((order, at) => {
      this.listen(order, this.sessions[at]!);
    });
    // Called before the video plays, so that all get its first picture.
    this.feeds = this.sessions.map((session) => fromVideo(session, video));
    const { signal } = this.ended;
    video.addEventListener(
      "durationchange",
      () => {
        this.lengthMs = video.duration * 1000 || 0;
      },
      { signal },
    );
    video.addEventListener("ended", () => void this.finish(), { signal });
    const off = watching.subscribe((now) => {
      if (now !== watched && this.phase.peek() === "playing")
        this.stop("The video was begun anew or another one was chosen, so the comparison was stopped.");
    });
    signal.addEventListener("abort", off);
    this.phase.value = "playing";
  }

  private listen(order: Order, session: Session): void {
    const run = this.runs[order];
    const offs = [session.on("event", (event) => run.hear(event, this.nowMs))];
    if (order !== "streamed") {
      offs.push(
        // A model that does not take the order goes on in its own, and says so only once.
        session.on("unit.seen", () => {
          if (session.info?.paradigm !== order) this.stop(`This model does not take the order ${order}.`);
        }),
        session.on("error", ({ error }) => this.stop(error.message)),
        session.on("session.created", () => this.stop("The server has lost a session of the comparison.")),
        session.on("state", ({ phase, error }) => {
          if (phase === "closed" && error !== null) this.stop(error.message);
        }),
      );
    }
    this.ended.signal.addEventListener("abort", () => {
      for (const off of offs) off();
    });
  }

  /** The clip is over. Now batch thinks; the others are done, or almost. */
  private async finish(): Promise<void> {
    this.endMs = this.nowMs;
    this.phase.value = "finishing";
    for (const feed of this.feeds) feed.stop();
    await Promise.all(this.sessions.map((session) => session.close()));
    if (this.phase.peek() !== "finishing") return;
    this.phase.value = "done";
    this.leave();
  }

  private leave(): void {
    this.ended.abort();
    for (const feed of this.feeds) feed.stop();
    for (const session of this.sessions) session.leave();
  }
}

/** The last one; null: none yet. */
export const comparison = signal<Comparison | null>(null);

/** Plays the clip from its beginning, in all orders. */
export function compare(source: Source): void {
  comparison.peek()?.stop();
  const begun = new Comparison(source);
  comparison.value = begun;
  void begun.run();
}

function whyNotOpened(error: unknown): string {
  if (!(error instanceof ClientError)) throw error;
  if (!FULL.has(error.code)) return error.message;
  return "The server has no room for two more sessions. Close other pages or programs that use it, or raise its limit maxSessions.";
}
