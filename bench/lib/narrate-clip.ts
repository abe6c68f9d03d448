import { BehaviorSubject, filter, firstValueFrom } from "rxjs";
import {
  type Engine,
  EngineError,
  type EngineEvent,
  type EngineStream,
  type StreamOptions,
} from "../../src/engine/mod.ts";
import { type Frame, restamped } from "../../src/ingest/mod.ts";
import { abortable } from "./abortable.ts";
import { eachInTurn, type FrameSource } from "./frames.ts";
import type { LabelledClip } from "./labelled-clips.ts";
import { StreamWatch } from "./stream-watch.ts";

/** A thought about a unit (s of the video); the text is empty where there was nothing to say. */
export interface Told {
  /** The last frame before the unit. */
  readonly sinceS: number;
  /** The unit's last frame: sooner it could not be told. */
  readonly atS: number;
  readonly text: string;
}

/** What was said of a clip. */
export interface Narration {
  readonly thoughts: readonly Told[];
  /** In the order of the clip's questions. */
  readonly answers: readonly string[];
}

/** What an engine says of a labelled clip, and the events behind it. */
export interface NarratedClip extends Narration {
  readonly events: readonly EngineEvent[];
  /** To {@link NarrateOptions.askAtEnd}, in their order. */
  readonly answersAtEnd: readonly string[];
}

export interface NarrateOptions {
  readonly stream?: StreamOptions;
  /** Asked once all of it has been thought about; at most 32. */
  readonly askAtEnd?: readonly string[];
  readonly signal?: AbortSignal;
  /** Is told the media time (s) of each frame that was pushed. */
  readonly onFrame?: (mediaTimeS: number) => void;
}

/** A question's moment and a frame's may differ by rounding (s). */
const SAME_MOMENT_S = 0.01;

/**
 * Plays a clip's frames through an engine as fast as it goes and asks each question at its moment, once the unit of
 * that moment has been thought about. The next frame waits for the answers, so what they can see does not depend on
 * how fast the machine is. Questions whose moment never comes are asked at the end; in the batch order, which thinks
 * when the video has ended, none has a moment, and they go unanswered. So do those that the model refuses.
 *
 * @param frames all of them, or where they come from: then few are in memory at a time
 * @throws {EngineError} when the stream fails, {IngestError} of the source; the signal's reason when aborted
 */
export async function narrateClip(
  engine: Engine,
  clip: LabelledClip,
  frames: readonly Frame[] | FrameSource,
  options: NarrateOptions = {},
): Promise<NarratedClip> {
  const telling = new Telling(engine, clip, options);
  try {
    await eachInTurn(frames, (frame) => telling.take(frame), telling.signal);
    return await telling.end();
  } finally {
    await telling.stream.close();
  }
}

/**
 * Asks a labelled question. Returns the id of its answer, or null when this model refuses the question (it is empty, or
 * longer than the model takes): then it goes unanswered, which is counted as wrong, and the rest goes on.
 *
 * @throws {EngineError} of everything else
 */
export function askOrRefused(stream: EngineStream, question: string, when?: "end"): string | null {
  try {
    return stream.ask(question, when);
  } catch (error) {
    const refused =
      error instanceof EngineError && ["question_empty", "question_too_long"].includes(error.code);
    if (refused) return null;
    throw error;
  }
}

class Telling {
  readonly stream: EngineStream;
  private readonly watch: StreamWatch;
  private readonly events: EngineEvent[] = [];
  private readonly answers = new Map<string, string>();
  private readonly asked: (string | null)[] = [];
  private readonly heard = new BehaviorSubject<EngineEvent | null>(null);
  readonly signal: AbortSignal;
  private frames = 0;

  constructor(
    private readonly engine: Engine,
    private readonly clip: LabelledClip,
    private readonly options: NarrateOptions,
  ) {
    this.signal = options.signal ?? new AbortController().signal;
    this.stream = engine.openStream(options.stream);
    this.watch = new StreamWatch(this.stream, (event) => {
      this.events.push(event);
      if (event.type === "answer.done") this.answers.set(event.answer, event.text);
      this.heard.next(event);
    });
    this.stream.events$.subscribe({ complete: () => this.heard.complete() });
  }

  /** Pushes a frame once the stream can take it; where it ends a unit at which something is asked, waits for answers. */
  async take(frame: Frame): Promise<void> {
    const { stream, clip, options, signal } = this;
    const ready = stream.ready$.pipe(filter(Boolean));
    await abortable(firstValueFrom(ready, { defaultValue: false }), signal);
    this.watch.requireWell();
    const atS = frame.mediaTimeMs / 1000;
    const unit = ++this.frames / this.engine.model.framesPerUnit - 1;
    stream.push(restamped(frame, { arrivedAtMs: performance.now() }));
    options.onFrame?.(atS);
    const rest = clip.questions.slice(this.asked.length);
    const due = rest.filter(({ t }) => t <= atS + SAME_MOMENT_S);
    if (!Number.isInteger(unit) || due.length === 0 || options.stream?.paradigm === "batch") return;
    await this.until((event) => event?.type === "thought.done" && event.unit === unit);
    for (const { ask } of due) {
      const id = askOrRefused(stream, ask);
      this.asked.push(id);
      if (id !== null) await this.until(() => this.answers.has(id));
    }
  }

  async end(): Promise<NarratedClip> {
    const { clip, stream, options, signal } = this;
    if (options.stream?.paradigm !== "batch")
      for (const { ask } of clip.questions.slice(this.asked.length))
        this.asked.push(askOrRefused(stream, ask, "end"));
    const atEnd = (options.askAtEnd ?? []).map((ask) => askOrRefused(stream, ask, "end"));
    stream.end();
    await this.watch.ended(signal);
    const answer = (id: string | null) => (id === null ? "" : (this.answers.get(id) ?? ""));
    const thoughts = this.events.flatMap((event) =>
      event.type === "thought.done"
        ? [{ sinceS: event.sinceMediaTimeMs / 1000, atS: event.mediaTimeMs / 1000, text: event.text }]
        : [],
    );
    return {
      events: this.events,
      thoughts,
      answers: clip.questions.map((_, i) => answer(this.asked[i] ?? null)),
      answersAtEnd: atEnd.map(answer),
    };
  }

  private async until(holds: (event: EngineEvent | null) => boolean): Promise<void> {
    await abortable(firstValueFrom(this.heard.pipe(filter(holds)), { defaultValue: null }), this.signal);
    this.watch.requireWell();
  }
}
