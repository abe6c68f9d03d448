import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import type { ServerEvent } from "../protocol/mod.ts";
import type { EventPictures, ListenedStream, Numbered, StreamListener } from "../streams/mod.ts";
import { deliveryLimits, wantedBy } from "./delivery-schema.ts";
import { Dispatcher, type SinkFigures } from "./dispatcher.ts";
import { SinkError, type SinkProblem, SinkProblems } from "./errors.ts";
import { eventFilter } from "./event-filter.ts";
import { noticeJson, noticeOf } from "./notice.ts";
import { type OpenedSink, openSink } from "./open-sink.ts";
import type { RetryWaits } from "./retry-waits.ts";
import type { SinkEntry } from "./sink-schema.ts";

/** Sinks by name. */
export type SinkEntries = ReadonlyMap<string, SinkEntry>;

/** Names of the sinks that a reload has changed, and of those that it has not. */
export interface SinkChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
}

export interface SinksOptions {
  readonly log: Logger;
  /** Where secrets are read from. Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Version of this program, which brokers are told. Default: none. */
  readonly version?: string;
  /** Pictures of alerts, for sinks that send them. Default: none. */
  readonly pictures?: EventPictures;
  /** Names of the alerts of a stream. Default: each is known from when it was first raised. */
  readonly alertsOf?: (stream: ListenedStream) => readonly string[];
  readonly waits?: RetryWaits;
  /** How long a sink that was taken out may deliver what waits (ms). Default: 2000. */
  readonly drainMs?: number;
}

/** Sinks that are open, and not yet delivered to. */
export interface PreparedSinks {
  /** Puts them in the place of those before. */
  apply(): SinkChange;
  /** Closes them again. */
  discard(): Promise<void>;
}

interface Running {
  readonly entry: SinkEntry;
  readonly dispatcher: Dispatcher;
  readonly opened: OpenedSink;
  readonly wants: (stream: string, event: ServerEvent) => boolean;
}

/**
 * The sinks of a server. Give `listener` to `createServer`, and close them after the server, so that they hear its last
 * events.
 *
 * @example
 * const sinks = new Sinks({ log });
 * await sinks.load(new Map([["phone", { type: "webhook", url: "https://phone.example/hook" }]]));
 * const server = await createServer({ engine, listeners: [sinks.listener] });
 */
export class Sinks {
  private readonly running = new Map<string, Running>();
  /** Sinks that were taken out and deliver what waits. */
  private readonly leaving = new Set<Promise<void>>();
  /** The open streams. */
  private readonly streams = new Set<ListenedStream>();

  constructor(private readonly options: SinksOptions) {}

  /** Hears of each stream, and offers each of its events to the sinks that want it. */
  readonly listener: StreamListener = (stream) => {
    this.streams.add(stream);
    for (const { opened } of this.running.values()) opened.listen?.(stream);
    stream.log.from(null).subscribe({
      next: (entry) => {
        if ("event" in entry) this.hear(stream, entry);
      },
      complete: () => this.streams.delete(stream),
    });
  };

  /** Lets the sinks know that there are other alerts now, see `alertsOf`. */
  alertsChanged(): void {
    for (const { opened } of this.running.values()) opened.alertsChanged?.();
  }

  /** What has become of the notices of each sink. */
  figures(): Record<string, SinkFigures> {
    return Object.fromEntries([...this.running].map(([name, { dispatcher }]) => [name, dispatcher.figures]));
  }

  /**
   * Takes sinks in place of those before, see {@link prepare}.
   *
   * @throws {SinkProblems} with all that is wrong; then nothing has changed
   */
  async load(entries: SinkEntries): Promise<SinkChange> {
    return (await this.prepare(entries)).apply();
  }

  /**
   * Opens sinks that are to take the place of those before, and changes nothing yet. When they do, what has not changed
   * goes on, opens its file anew, and is tried at once where it waits. What waits for a sink that was changed goes to the
   * new one.
   *
   * @throws {SinkProblems} with all that is wrong
   */
  async prepare(entries: SinkEntries): Promise<PreparedSinks> {
    const isNew = ([name, entry]: readonly [string, SinkEntry]) =>
      !isDeepStrictEqual(this.running.get(name)?.entry, entry);
    const opened = await this.open([...entries].filter(isNew));
    return {
      apply: () => this.apply(entries, opened),
      discard: () => closeAll(opened),
    };
  }

  /** Tries to deliver what waits within a time (ms). What then remains is a dead letter. Never rejects. */
  async close(withinMs: number): Promise<void> {
    await Promise.all([
      ...this.leaving,
      ...[...this.running.values()].map(({ dispatcher }) => dispatcher.close(withinMs)),
    ]);
  }

  private hear(stream: ListenedStream, entry: Numbered<ServerEvent>): void {
    const wanting = [...this.running.values()].filter(({ wants }) => wants(stream.id, entry.event));
    if (wanting.length === 0) return;
    const notice = noticeOf(stream, entry);
    const bytes = Buffer.byteLength(noticeJson(notice));
    for (const { dispatcher } of wanting) dispatcher.offer(notice, bytes);
  }

  private apply(entries: SinkEntries, opened: ReadonlyMap<string, OpenedSink>): SinkChange {
    const names = [...entries.keys()];
    const change = {
      added: names.filter((name) => !this.running.has(name)),
      removed: [...this.running.keys()].filter((name) => !entries.has(name)),
      changed: names.filter((name) => this.running.has(name) && opened.has(name)),
      unchanged: names.filter((name) => !opened.has(name)),
    };
    for (const name of change.removed) this.remove(name);
    for (const name of change.unchanged) this.refresh(this.running.get(name)!);
    for (const [name, each] of opened) this.put(name, entries.get(name)!, each);
    return change;
  }

  /** Opens sinks, all or none. */
  private async open(entries: readonly (readonly [string, SinkEntry])[]): Promise<Map<string, OpenedSink>> {
    const opened = new Map<string, OpenedSink>();
    const problems: SinkProblem[] = [];
    for (const [name, entry] of entries) {
      try {
        opened.set(name, await this.openOne(name, entry));
      } catch (error) {
        if (!(error instanceof SinkError)) throw error;
        problems.push({ sink: name, key: error.key, message: error.message });
      }
    }
    if (problems.length === 0) return opened;
    await closeAll(opened);
    throw new SinkProblems(problems);
  }

  private openOne(name: string, entry: SinkEntry): Promise<OpenedSink> {
    const { env = process.env, version = "unknown", pictures, alertsOf, waits, log } = this.options;
    // What waits for the sink before goes to this one.
    const onReady = () => this.running.get(name)?.dispatcher.resume();
    return openSink(name, entry, { env, version, pictures, alertsOf, waits, log, onReady });
  }

  private put(name: string, entry: SinkEntry, opened: OpenedSink): void {
    const { log, waits } = this.options;
    const limits = deliveryLimits(entry);
    const before = this.running.get(name);
    const dispatcher = before?.dispatcher ?? new Dispatcher({ sink: opened.sink, limits, log, waits });
    if (before !== undefined) this.leave(dispatcher.replace(opened.sink, limits));
    this.running.set(name, { entry, dispatcher, opened, wants: eventFilter(wantedBy(entry)) });
    for (const stream of this.streams) opened.listen?.(stream);
  }

  private refresh({ opened, dispatcher }: Running): void {
    opened.reopen?.();
    dispatcher.resume();
  }

  private remove(name: string): void {
    const { dispatcher } = this.running.get(name)!;
    this.running.delete(name);
    this.leave(dispatcher.close(this.options.drainMs ?? 2000));
  }

  private leave(leaving: Promise<void>): void {
    const left = leaving.finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }
}

async function closeAll(opened: ReadonlyMap<string, OpenedSink>): Promise<void> {
  await Promise.all([...opened.values()].map(({ sink }) => sink.close()));
}
