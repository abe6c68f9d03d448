import type { RemoteModel } from "../../src/backends/openai/client/mod.ts";
import { Narrator } from "../../src/backends/openai/narrator.ts";
import { Reachability } from "../../src/backends/openai/reachability.ts";
import type { BackendReport, SkipReason } from "../../src/engine/mod.ts";
import {
  cleanThought,
  mediaTimeText,
  type PromptPart,
  ThoughtMemory,
  thoughtPrompt,
  VisualWindow,
} from "../../src/prompting/mod.ts";
import type { ToldClip, ToldUnit } from "./told-clips.ts";

/** What came of a unit. */
export interface Said {
  /** The thought that was told; null: silence. */
  readonly text: string | null;
  /** Why it was silent. */
  readonly because: SkipReason | null;
  /** Tokens that the server had to read, and those that it wrote. */
  readonly prefilled: number;
  readonly generated: number;
}

/** Goes through a clip and says what comes of each unit. */
export type Policy = (model: RemoteModel, clip: ToldClip, signal: AbortSignal) => Promise<Said[]>;

const WINDOW_UNITS = 16;
const MEMORY_TOKENS = 64;
const THOUGHT_TOKENS = 24;
const SAMPLING = { temperature: 0, seed: 1 };

const partsOf = ({ mediaTimeMs, sentence }: ToldUnit): PromptPart[] => [
  { type: "text", text: `${mediaTimeText(mediaTimeMs)} ${sentence}\n` },
];

/** The narrator of the remote engine, with sentences in the place of pictures. A unit like that before is a still one. */
export const narrates: Policy = async (model, { units }, signal) => {
  const window = new VisualWindow(WINDOW_UNITS);
  const all: Said[] = [];
  let broken: Error | null = null;
  let onIdle = () => {};
  const report = (said: BackendReport) => {
    if (said.type !== "task.done") return;
    const { text, skipReason, prompt, tokens } = said;
    const counts = { prefilled: prompt?.prefilled ?? 0, generated: tokens };
    all.push({ text: skipReason === null ? text : null, because: skipReason, ...counts });
  };
  const fail = (error: Error) => {
    broken = error;
    onIdle();
  };
  const narrator = new Narrator(
    {
      model,
      options: {
        visualWindowUnits: WINDOW_UNITS,
        textWindowTokens: MEMORY_TOKENS,
        positions: null,
        stillLevels: null,
        sceneMonitor: false,
        thoughtTokens: THOUGHT_TOKENS,
        answerTokens: 0,
        ...SAMPLING,
        instructions: null,
        recap: null,
        skipLate: false,
        held: false,
      },
      reachability: new Reachability(report),
      report,
      refused: fail,
      broken: fail,
      signal,
    },
    () => onIdle(),
  );
  for (const [index, unit] of units.entries()) {
    if (!unit.still) window.add(partsOf(unit));
    const { mediaTimeMs, still } = unit;
    await new Promise<void>((resolve) => {
      onIdle = resolve;
      narrator.add({
        ...{ unit: index, mediaTimeMs, still, visual: window.parts, evictedUnits: window.evicted },
        ...{ heldUnits: window.size, windowUnits: window.limit },
        ...{ startedAtMs: 0, finishedAtMs: 0 },
      });
    });
    signal.throwIfAborted();
    if (broken !== null) throw broken;
    const last = all.at(-1)?.because;
    if (last === "unavailable") throw new Error(`The model could not be reached in unit ${index}.`);
  }
  return all;
};

/** Says something about each unit: the same prompt for a thought, with its earlier thoughts, and nothing held back. */
export const saysSomethingEachUnit: Policy = async (model, { units }, signal) => {
  const window = new VisualWindow(WINDOW_UNITS);
  const memory = new ThoughtMemory(MEMORY_TOKENS);
  const all: Said[] = [];
  for (const unit of units) {
    window.add(partsOf(unit));
    const { mediaTimeMs } = unit;
    const context = { instructions: null, visual: window.parts, thoughts: memory.text, nowMs: mediaTimeMs };
    const request = { messages: thoughtPrompt(context), maxTokens: THOUGHT_TOKENS, ...SAMPLING };
    const { text, finish, usage } = await model.chat({ ...request, signal, urgent: false }, () => undefined);
    const thought = cleanThought(text, finish === "length");
    memory.add({ mediaTimeMs, text: thought, tokens: usage.generated });
    const { prompt, cached, generated } = usage;
    all.push({ text: thought, because: null, prefilled: prompt - (cached ?? 0), generated });
  }
  return all;
};
