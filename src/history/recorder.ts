import type { ServerEvent } from "../protocol/mod.ts";
import type { ListenedStream, Numbered, StreamKind } from "../streams/mod.ts";
import type { Change, NewStanding } from "./changes.ts";
import { entryOf } from "./entry.ts";
import type { Snapshots } from "./snapshots.ts";

export interface RecorderOptions {
  /** Kinds of streams that are recorded. */
  readonly kinds: ReadonlySet<StreamKind>;
  readonly snapshots: Snapshots;
  readonly add: (change: Change) => void;
  /** Told where a stream stood when it ended. */
  readonly onEnded: (standing: NewStanding) => void;
}

/** Hears what happens on streams, and turns it into what is to be written. */
export class Recorder {
  private readonly streams = new Set<ListenedStream>();
  /** Streams of which something was heard since their standing was last written. */
  private readonly busy = new Set<ListenedStream>();

  constructor(private readonly options: RecorderOptions) {}

  /** Records a stream from now on, if it is of a kind that is recorded. Returns whether it is. */
  listen(stream: ListenedStream): boolean {
    if (!this.options.kinds.has(stream.kind)) return false;
    this.streams.add(stream);
    stream.log.from(null).subscribe({
      next: (entry) => "event" in entry && this.take(stream, entry),
      complete: () => this.ended(stream),
    });
    return true;
  }

  /** Where streams stand now: those of which something was heard since the last time, or all. */
  standings(which: "busy" | "all"): NewStanding[] {
    const standings = [...(which === "all" ? this.streams : this.busy)].map(standingOf);
    this.busy.clear();
    return standings;
  }

  private take(stream: ListenedStream, { number, event }: Numbered<ServerEvent>): void {
    const entry = entryOf(event);
    if (entry === null) return;
    const { add, snapshots } = this.options;
    add({ what: "event", stream: stream.id, number, wallMs: Date.now(), ...entry });
    this.busy.add(stream);
    if (entry.type !== "thought" && entry.type !== "alert") return;
    void snapshots.take(stream, entry.type).then((jpeg) => {
      if (jpeg !== null) add({ what: "picture", stream: stream.id, number, jpeg });
    });
  }

  private ended(stream: ListenedStream): void {
    this.streams.delete(stream);
    this.busy.delete(stream);
    const standing = standingOf(stream);
    this.options.add(standing);
    this.options.onEnded(standing);
  }
}

function standingOf(stream: ListenedStream): NewStanding {
  const { id, kind, standing, newestFrame: frame } = stream;
  return {
    what: "stream",
    stream: id,
    kind,
    ...standing,
    mediaMs: frame?.mediaTimeMs ?? null,
    wallMs: Math.round(frame === null ? 0 : Date.now() - (performance.now() - frame.arrivedAtMs)),
  };
}
