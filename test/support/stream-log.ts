import { filter, firstValueFrom, take } from "rxjs";
import type { EngineEvent, EngineStream, ModelInfo } from "../../src/engine/mod.ts";
import { frame } from "./frames.ts";

type EventOf<T extends EngineEvent["type"]> = Extract<EngineEvent, { type: T }>;

/** Keeps all events of a stream. */
export class StreamLog {
  readonly events: EngineEvent[] = [];
  /** Resolves when the stream's events have completed. */
  readonly completed: Promise<void>;

  constructor(readonly stream: EngineStream) {
    this.completed = new Promise((resolve, reject) => {
      stream.events$.subscribe({
        next: (event) => this.events.push(event),
        error: reject,
        complete: resolve,
      });
    });
  }

  all<T extends EngineEvent["type"]>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** Waits for the next event of a type. */
  next<T extends EngineEvent["type"]>(type: T, wanted: (event: EventOf<T>) => boolean = () => true) {
    const hits = (event: EngineEvent): event is EventOf<T> =>
      event.type === type && wanted(event as EventOf<T>);
    return firstValueFrom(this.stream.events$.pipe(filter(hits)));
  }

  /** The text of each thought, in the order in which they ended. */
  get thoughts(): string[] {
    return this.all("thought.done").map(({ text }) => text);
  }
}

/** Pushes frames as fast as possible without drops, ends the stream, and waits until it has ended. */
export async function watch(log: StreamLog, model: ModelInfo, frames: number, scene = 0): Promise<StreamLog> {
  await feed(log.stream, model, 0, frames, scene);
  log.stream.end();
  await log.completed;
  return log;
}

/** Pushes the frames from `from` up to, but not including, `to`, as fast as possible without drops. */
export async function feed(
  stream: EngineStream,
  model: ModelInfo,
  from: number,
  to: number,
  scene = 0,
): Promise<void> {
  for (let seq = from; seq < to; seq++) {
    await firstValueFrom(stream.ready$.pipe(filter(Boolean), take(1)));
    stream.push(frame(model, seq, scene));
  }
}
