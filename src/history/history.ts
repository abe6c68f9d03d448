import { lastSeen } from "../protocol/mod.ts";
import { type EventPictures, isStreamName, type StreamListener, type StreamPast } from "../streams/mod.ts";
import { WorkerHost } from "../worker/mod.ts";
import { type Change, gapNote, MOST_PASTS, type NewStanding } from "./changes.ts";
import { HistoryError } from "./errors.ts";
import type { HistorySettings } from "./history-schema.ts";
import type { Asked, FromHistory, Questions, ToHistory } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import { Recorder } from "./recorder.ts";
import { Snapshots } from "./snapshots.ts";
import { spawnHistory } from "./start.ts";
import type { Opened, StoredPast } from "./store.ts";

/** How long what was heard may wait to be written (ms). */
const BATCH_MS = 1_000;

/** How often it is noted where streams stand of which nothing is heard (ms). */
const STANDING_MS = 30_000;

/** How long to wait before something that could not be written is tried again (ms). */
const RETRY_MS = 5_000;

/**
 * By how much the numbers of a stream's events jump when the server was not stopped before. What it gave out last was not
 * written, and no number may be given twice.
 */
const JUMP = 1_000_000;

export interface HistoryOptions extends Omit<HistorySettings, "enabled" | "path"> {
  readonly path: string;
  /** Told when something is wrong with the history; once for each reason, until it is good again. */
  readonly onTrouble: (message: string) => void;
  /** Told when it is good again. */
  readonly onRecovered?: (message: string) => void;
  /**
   * How long what was heard may wait to be written (ms). So much is lost at most when the process is killed. Default: 1000.
   */
  readonly batchMs?: number;
  /** Time between two tries to write (ms). Default: 5000. */
  readonly retryMs?: number;
}

/** Counts since the start. */
export interface HistoryFigures {
  /** Events and pictures that were written. */
  readonly written: number;
  /** Events that were lost because they could not be written. */
  readonly lost: number;
  /** What waits to be written. */
  readonly waiting: number;
  /** How often it could not be written. */
  readonly failures: number;
  /** How long the last batch took to be written (ms). */
  readonly lastBatchMs: number;
}

type Host = WorkerHost<ToHistory, FromHistory>;

/**
 * What was seen, thought, asked and alerted, in a file that one can look back into. It listens to streams, and writes
 * what is to be kept in batches, on a thread of its own. Nobody waits for it, and nothing fails when it cannot write.
 *
 * @example
 * const history = new History({ path: "history.db", keep_days: 30, …, onTrouble });
 * await history.open();
 * const server = await createServer({ engine, history });
 * await history.ask("search", { words: "red car", … });
 */
export class History implements EventPictures {
  /** Records the streams that it hears of. */
  readonly listener: StreamListener = (stream) => {
    if (this.recorder.listen(stream)) this.openSoon();
  };
  private readonly outbox = new Outbox();
  private readonly recorder: Recorder;
  private opening: Promise<Host> | null = null;
  private host: Host | null = null;
  private run: Opened["run"] | null = null;
  private readonly pasts = new Map<string, StreamPast>();
  private batch = 0;
  private isWriting = false;
  private timer: NodeJS.Timeout | undefined;
  private standing: NodeJS.Timeout | undefined;
  private readonly asked = new Map<number, { answer(value: never): void; failed(error: Error): void }>();
  private questions = 0;
  private told: string | null = null;
  private isClosed = false;
  private onWritten: () => void = () => {};
  private readonly batchMs: number;
  private counts = { written: 0, lost: 0, failures: 0, lastBatchMs: 0 };

  constructor(private readonly options: HistoryOptions) {
    const { sessions, pictures, batchMs = BATCH_MS } = options;
    this.batchMs = batchMs;
    this.recorder = new Recorder({
      kinds: new Set(sessions ? ["camera", "session"] : ["camera"]),
      snapshots: new Snapshots(pictures, (error) =>
        this.trouble(`A picture was not kept (${(error as Error).message}).`),
      ),
      add: (change) => this.add(change),
      onEnded: (standing) => this.remember(standing),
    });
  }

  get path(): string {
    return this.options.path;
  }

  get figures(): HistoryFigures {
    return { ...this.counts, waiting: this.outbox.size };
  }

  /**
   * Opens the file. It is opened at the first need, too; whoever opens it before learns what is wrong with it, and streams
   * go on from where they were.
   *
   * @throws {HistoryError} `history_in_use`, `history_newer` or `history_unusable`
   */
  async open(): Promise<void> {
    await this.connected();
  }

  /** Where the last stream of a name stood, of this server or of an earlier one; null: nothing is known of it. */
  past(name: string): StreamPast | null {
    return this.pasts.get(name) ?? null;
  }

  /**
   * Asks something of what is kept.
   *
   * @throws {HistoryError} `history_unavailable`, or why the file cannot be opened
   */
  async ask<Q extends keyof Questions>(
    question: Q,
    ask: Questions[Q]["ask"],
  ): Promise<Questions[Q]["answer"]> {
    const host = await this.connected();
    const id = this.questions++;
    return await new Promise((answer, failed) => {
      this.asked.set(id, { answer, failed });
      host.send({ type: "ask", id, question, ask } as Asked);
    });
  }

  /**
   * Deletes all that is kept of a stream, with its pictures.
   *
   * @returns how many events; null: nothing is kept of such a stream
   * @throws {HistoryError} as `ask` does
   */
  async forget(stream: string): Promise<number | null> {
    this.pasts.delete(stream);
    // What waits is of before, too. A batch that is under way is written first, and then deleted.
    this.outbox.forget(stream);
    return await this.ask("forget", stream);
  }

  /** The picture that is kept with an event; null: none is, or the history cannot be read now. */
  async find(stream: string, eventId: string): Promise<Uint8Array | null> {
    const number = lastSeen(eventId);
    if (number === undefined || number === null || eventId.includes(".")) return null;
    return await this.ask("picture", { stream, number }).catch(() => null);
  }

  /** Writes what waits, as far as that can be written, and closes the file. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    clearInterval(this.standing);
    if (this.opening === null) return;
    const host = await this.opening.catch(() => null);
    if (host === null) return;
    await this.flushAll();
    await host.stop({ type: "stop" });
    this.host = null;
    this.failAsked("The server is shutting down.");
  }

  private add(change: Change): void {
    this.outbox.add(change);
    if (!this.isClosed) this.flushIn(this.batchMs);
  }

  private flushIn(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, ms);
    this.timer.unref();
  }

  /** Sends the next batch, unless one is under way. */
  private flush(): void {
    const { host } = this;
    if (host === null || this.isWriting) return;
    for (const standing of this.recorder.standings("busy")) this.outbox.add(standing);
    if (this.outbox.isEmpty) return;
    this.isWriting = true;
    host.send({ type: "write", batch: this.batch + 1, changes: this.outbox.next() });
  }

  private async flushAll(): Promise<void> {
    const { failures } = this.counts;
    // A batch that is under way, then what has come meanwhile. What cannot be written now is lost.
    while (this.host !== null && this.outbox.size > 0 && this.counts.failures === failures) {
      const written = new Promise<void>((resolve) => {
        this.onWritten = resolve;
      });
      this.flush();
      await written;
    }
  }

  private take(report: FromHistory): void {
    switch (report.type) {
      case "written":
        this.written(report.tookMs);
        break;
      case "unwritten":
        this.unwritten(report.message);
        break;
      case "answer":
        this.asked.get(report.id)?.answer(report.answer as never);
        this.asked.delete(report.id);
        break;
      case "failed":
        this.asked.get(report.id)?.failed(unavailable(report.message));
        this.asked.delete(report.id);
        break;
      case "trouble":
        this.trouble(report.message);
    }
  }

  private written(tookMs: number): void {
    this.isWriting = false;
    this.batch++;
    this.counts.lastBatchMs = tookMs;
    this.counts.written += this.outbox.next().filter(({ what }) => what !== "stream").length;
    const lost = this.outbox.written();
    if (lost !== null) {
      this.counts.lost += lost.events;
      const why = `${lost.events} events were lost, because the file could not be written.`;
      this.outbox.add(gapNote(lost.fromMs, lost.toMs, why));
    }
    if (this.told !== null) this.options.onRecovered?.(`The history ${this.path} is written again.`);
    this.told = null;
    if (this.outbox.size > 0 && !this.isClosed) this.flushIn(this.batchMs);
    this.onWritten();
  }

  private unwritten(message: string): void {
    this.isWriting = false;
    this.counts.failures++;
    this.trouble(
      `The history ${this.path} cannot be written (${message}). It is tried again until that works. Free some space there, or lower history.max_bytes.`,
    );
    if (!this.isClosed) this.flushIn(this.options.retryMs ?? RETRY_MS);
    this.onWritten();
  }

  private connected(): Promise<Host> {
    if (this.isClosed) return Promise.reject(unavailable("The server is shutting down."));
    this.opening ??= this.connect().catch((error) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private openSoon(): void {
    if (this.opening !== null) return;
    this.connected().catch((error: Error) => {
      this.trouble(`${error.message} Nothing is recorded.`);
      setTimeout(() => !this.isClosed && this.openSoon(), this.options.retryMs ?? RETRY_MS).unref();
    });
  }

  private async connect(): Promise<Host> {
    const { path, keep_days, max_bytes } = this.options;
    const retention = { keepDays: keep_days, maxBytes: max_bytes };
    const worker = spawnHistory({ path, retention, run: this.run?.id ?? null });
    const host = await WorkerHost.start<ToHistory, FromHistory>(worker, {
      onReport: (report) => this.take(report),
      onDeath: (error) => this.died(error),
    });
    const { ready } = host;
    if (ready.type !== "ready") {
      await host.stop({ type: "stop" });
      throw ready.type === "refused"
        ? new HistoryError(ready.code, ready.message)
        : unavailable("It did not start.");
    }
    this.host = host;
    this.opened(ready.opened);
    this.standing ??= setInterval(() => this.noteStandings(), STANDING_MS).unref();
    this.flush();
    return host;
  }

  private opened({ run, pasts, before }: Opened): void {
    // A worker that died may have written the batch that was under way.
    if (this.run !== null && run.batch > this.batch) this.written(0);
    if (this.run === null) for (const past of pasts) this.recall(past, before?.isEnded ?? true);
    this.run = run;
  }

  private recall({ stream, nextEvent, ...past }: StoredPast, isEnded: boolean): void {
    if (this.pasts.has(stream)) return;
    const why = isEnded ? "The server was started again." : "The server had ended without being stopped.";
    this.pasts.set(stream, { ...past, nextEvent: nextEvent + (isEnded ? 0 : JUMP), why });
  }

  private remember({ stream, nextEvent, counts, recap, mediaMs, wallMs }: NewStanding): void {
    if (!isStreamName(stream)) return;
    const why = "It was opened again.";
    this.pasts.delete(stream);
    this.pasts.set(stream, { nextEvent, counts, recap, lastMs: mediaMs, lastAtMs: wallMs, why });
    if (this.pasts.size > MOST_PASTS) this.pasts.delete(this.pasts.keys().next().value!);
  }

  private noteStandings(): void {
    for (const standing of this.recorder.standings("all")) this.outbox.add(standing);
    this.flush();
  }

  private died(error: Error): void {
    this.host = null;
    this.opening = null;
    this.isWriting = false;
    this.trouble(`The thread that writes the history has ended (${error.message}). It is started again.`);
    this.failAsked("It is being started again. Try again soon.");
    this.onWritten();
    if (!this.isClosed) setTimeout(() => this.openSoon(), this.options.retryMs ?? RETRY_MS).unref();
  }

  private failAsked(why: string): void {
    for (const { failed } of this.asked.values()) failed(unavailable(why));
    this.asked.clear();
  }

  /** The same reason is told once. */
  private trouble(message: string): void {
    if (this.told !== message) this.options.onTrouble(message);
    this.told = message;
  }
}

function unavailable(why: string): HistoryError {
  return new HistoryError("history_unavailable", `The history cannot be read now. ${why}`);
}
