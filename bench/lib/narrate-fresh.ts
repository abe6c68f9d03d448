import type { Engine } from "../../src/engine/mod.ts";
import { type Frame, restamped } from "../../src/ingest/mod.ts";
import { eachInTurn, type FrameSource } from "./frames.ts";
import type { LabelledClip } from "./labelled-clips.ts";
import { askOrRefused, type Narration, type Told } from "./narrate-clip.ts";
import { StreamWatch } from "./stream-watch.ts";

/**
 * The baseline without memory: a request of its own for every unit, to a fresh stream of the last `units` units; what
 * counts is its last thought. Questions are asked of the fresh stream of their moment. With two units of two frames
 * these are the last four frames (SimpleStream).
 *
 * @param onFrame is told the media time (s) of each frame that was looked at
 * @throws {EngineError}, {IngestError} of the source; the signal's reason when aborted
 */
export async function narrateFresh(
  engine: Engine,
  clip: LabelledClip,
  frames: readonly Frame[] | FrameSource,
  units: number,
  signal: AbortSignal,
  onFrame: (mediaTimeS: number) => void = () => {},
): Promise<Narration> {
  const { framesPerUnit } = engine.model;
  const thoughts: Told[] = [];
  const answers: string[] = [];
  const kept: Frame[] = [];
  let seen = 0;
  const see = async (frame: Frame): Promise<void> => {
    kept.push(frame);
    if (kept.length > units * framesPerUnit) kept.shift();
    onFrame(frame.mediaTimeMs / 1000);
    if (++seen % framesPerUnit !== 0) return;
    const atS = frame.mediaTimeMs / 1000;
    const due = clip.questions.slice(answers.length).filter(({ t }) => t <= atS + 0.01);
    const told = await request(engine, kept, due, signal);
    thoughts.push({ sinceS: thoughts.at(-1)?.atS ?? kept[0]!.mediaTimeMs / 1000, atS, text: told.thought });
    answers.push(...told.answers);
  };
  await eachInTurn(frames, see, signal);
  const late = clip.questions.slice(answers.length);
  if (late.length > 0) answers.push(...(await request(engine, kept, late, signal)).answers);
  return { thoughts, answers };
}

async function request(
  engine: Engine,
  frames: readonly Frame[],
  questions: readonly { readonly ask: string }[],
  signal: AbortSignal,
): Promise<{ readonly thought: string; readonly answers: readonly string[] }> {
  signal.throwIfAborted();
  const stream = engine.openStream();
  try {
    let thought = "";
    const said = new Map<string, string>();
    const watch = new StreamWatch(stream, (event) => {
      if (event.type === "thought.done") thought = event.text;
      if (event.type === "answer.done") said.set(event.answer, event.text);
    });
    for (const frame of frames) stream.push(restamped(frame, { arrivedAtMs: performance.now() }));
    const asked = questions.map(({ ask }) => askOrRefused(stream, ask, "end"));
    stream.end();
    await watch.ended(signal);
    return { thought, answers: asked.map((id) => (id === null ? "" : (said.get(id) ?? ""))) };
  } finally {
    await stream.close();
  }
}
