import { firstValueFrom, lastValueFrom, tap } from "rxjs";
import { filter, take } from "rxjs/operators";
import type { Engine, EngineEvent, StreamOptions } from "../engine/mod.ts";
import type { Frame } from "../ingest/mod.ts";
import type { Narration } from "./accuracy.ts";
import type { LabelledClip } from "./labelled-clips.ts";

/** What an engine says of a labelled clip, and the events behind it. */
export interface NarratedClip extends Narration {
  readonly events: readonly EngineEvent[];
}

/**
 * Plays a clip's frames through an engine as fast as it goes and asks each question at its moment, once the unit of
 * that moment has been thought about.
 */
export async function narrateClip(
  engine: Engine,
  clip: LabelledClip,
  frames: readonly Frame[],
  options: StreamOptions = {},
): Promise<NarratedClip> {
  const stream = engine.openStream(options);
  const events: EngineEvent[] = [];
  const ended = lastValueFrom(stream.events$.pipe(tap((event) => events.push(event))));
  const asked: string[] = [];
  const questions = [...clip.questions];
  const { framesPerUnit } = engine.model;
  for (let seq = 0; seq < frames.length; seq++) {
    await firstValueFrom(stream.ready$.pipe(filter(Boolean), take(1)));
    const unit = (seq + 1) / framesPerUnit - 1;
    const thought =
      Number.isInteger(unit) &&
      questions.length > 0 &&
      frames[seq]!.mediaTimeMs / 1000 >= questions[0]!.t - 0.01
        ? firstValueFrom(
            stream.events$.pipe(filter((event) => event.type === "thought.done" && event.unit === unit)),
          )
        : null;
    stream.push({ ...frames[seq]!, arrivedAtMs: performance.now() });
    if (thought === null) continue;
    await thought;
    while (questions.length > 0 && frames[seq]!.mediaTimeMs / 1000 >= questions[0]!.t - 0.01)
      asked.push(stream.ask(questions.shift()!.ask));
  }
  for (const { ask } of questions) asked.push(stream.ask(ask, "end"));
  stream.end();
  await ended;
  const answers = new Map<string, string>();
  const thoughts: { atS: number; text: string }[] = [];
  for (const event of events) {
    if (event.type === "answer.done") answers.set(event.answer, event.text);
    if (event.type === "thought.done") thoughts.push({ atS: event.mediaTimeMs / 1000, text: event.text });
  }
  return { events, thoughts, answers: asked.map((id) => answers.get(id) ?? "") };
}
