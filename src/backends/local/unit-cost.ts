import type { CheckpointManifest } from "../../models/mod.ts";
import type { CachedTime, StepSpeed } from "../../reasoner/mod.ts";
import { TEXT_TOKENS } from "./window-plan.ts";

/** Tokens of a usual thought, one short sentence. */
const USUAL_THOUGHT = 12;
/** Tokens of a usual answer. */
const USUAL_ANSWER = 40;
/** How often somebody asks (questions a second): 8 a minute. */
const QUESTIONS = 8 / 60;
/** Most of the time that is kept for them. A model that needs more of it answers them one after the other. */
const MOST_QUESTIONS = 0.25;
/** Requests as text, with what holds the turns of a chat together (tokens, with SmolLM2's tokenizer). */
const REQUEST = { decision: 32, thought: 26, question: 60 } as const;
/** An answer's tokens share their steps with the narrator's, so each costs less than a step of its own. */
const SHARED = 0.5;
/**
 * How much longer steps take in a live stream than the quickest of a trial: while the vision tower works, the two share
 * the memory's bandwidth (docs/benchmarks/checkpoints.md).
 */
const LIVE = 1.3;

/** What a stream has cached and is fed for each unit. */
export interface UnitLoad {
  /** Duration of a unit (ms). */
  readonly unitMs: number;
  /** Visual tokens of a unit. */
  readonly tokens: number;
  /** Units that are kept. */
  readonly windowUnits: number;
}

/**
 * How many tokens of a thought fit into a unit's time, once the unit has been read and the model has been asked about it,
 * and with time kept for the questions of users.
 *
 * @returns tokens, and whether a usual thought fits in
 */
export function thoughtRoom(
  manifest: CheckpointManifest,
  { rowMs, tokenMs }: StepSpeed,
  { unitMs, tokens, windowUnits }: UnitLoad,
): { readonly words: number; readonly fits: boolean } {
  const { cache, thinking } = manifest;
  const cached = (windowUnits + cache.visual_sink_units) * (tokens + TEXT_TOKENS) + cache.text_window_tokens;
  const [row, token] = [LIVE * timeAt(rowMs, cached), LIVE * timeAt(tokenMs, cached)];
  const questionMs = REQUEST.question * row + SHARED * USUAL_ANSWER * token;
  const questions = Math.min(MOST_QUESTIONS, (QUESTIONS * questionMs) / 1000);
  const left = (1 - questions) * unitMs - (tokens + TEXT_TOKENS + requestsOf(thinking)) * row;
  // A model that thinks before it speaks thinks as long as it speaks, at the most.
  const words = Math.floor(left / token / (thinking.policy === "think-respond" ? 2 : 1));
  return { words, fits: words >= USUAL_THOUGHT };
}

/** Tokens of what a model is asked about a unit. */
function requestsOf({ policy, every_unit }: CheckpointManifest["thinking"]): number {
  if (policy === "think-respond") return 0;
  return every_unit === true ? REQUEST.thought : REQUEST.decision + REQUEST.thought;
}

/** What something takes with so many cached tokens (ms). */
export function timeAt({ base, each }: CachedTime, cached: number): number {
  return base + each * cached;
}
