import type { PictureCost } from "./client/mod.ts";

/** What was measured of a model's server, with one client and a warm prefix cache. */
export interface Measured {
  /** What a picture takes, at one or more sizes, the smallest first. */
  readonly pictures: readonly PictureCost[];
  /** Time from a request to its first token when nothing of its prompt is new but some words (ms). */
  readonly firstTokenMs: number;
  /** ms a token */
  readonly tokenMs: number;
  /** Whether the server keeps the keys and values of a prompt's prefix for the next one. */
  readonly hasPrefixCache: boolean;
  /** Whether the model thinks to itself before it says anything. */
  readonly reasons: boolean;
  /** Most tokens of a prompt and its answer; null when the server does not say. */
  readonly contextTokens: number | null;
}

/** What the user has fixed. */
export interface Wishes {
  /** Frames a second. */
  readonly fps?: number | undefined;
  /** Longest side of a picture (px). */
  readonly side?: number | undefined;
  /** Pictures in the window. */
  readonly windowUnits?: number | undefined;
}

/** What the user allows; undefined: as much as it takes. */
export interface Allowance {
  readonly callsPerMinute?: number | undefined;
  /** Tokens of prompts and answers. */
  readonly maxTokensPerMinute?: number | undefined;
}

/** How a stream looks and thinks, so that it keeps up. */
export interface Plan {
  /** Frames a second. */
  readonly fps: number;
  /** What a picture costs. */
  readonly picture: PictureCost;
  readonly windowUnits: number;
  /** Most tokens of a thought. */
  readonly thoughtTokens: number;
  /** Whether it keeps up at all, as far as was measured. */
  readonly keepsUp: boolean;
}

/** From the best to the least (frames a second). Seeing often comes before seeing sharply, down to one a second. */
const RATES = [2, 1, 0.5, 0.2, 0.1, 0.05, 0.02] as const;

/** Larger pictures are worth more than two frames a second; small ones are not worth one. */
const LEAST_SIDE_AT = { 2: 512, 1: 256 } as Readonly<Record<number, number>>;

/** Share of a unit's time that may be planned for; the rest is for questions and for what takes longer than usual. */
const PLANNED_SHARE = 0.6;

/** Of these, what all pictures of a prompt may take where no prefix cache keeps them. */
const PICTURES_SHARE = 0.4;

/** A window that is full drops its older half, which is then computed again: so each picture is computed twice. */
const TIMES_COMPUTED = 2;

/** A decision, and a thought. */
const REQUESTS_PER_UNIT = 2;

const DEFAULT_WINDOW = 16;
const LEAST_WINDOW = 2;
/** A window that slides by half is three quarters full on average. */
const FILLED = 0.75;
/** Room in the context for the system prompt, instructions, earlier thoughts, a question and an answer (tokens). */
const TEXT_TOKENS = 1024;
/** What is used of it in most prompts. */
const USUAL_TEXT_TOKENS = 300;
/** Fewer cut most sentences off; more is no short thought. */
const THOUGHT_TOKENS = { least: 24, most: 48 } as const;
/** What a model that reasons needs in addition before it says anything. */
const REASONING_TOKENS = 512;

/**
 * Chooses how often and how large frames are looked at: the best of a few rates and the measured sizes with which one
 * stream keeps up, within what is allowed. A wish is kept whatever it costs.
 *
 * @returns null when the context is too short for a single picture
 */
export function makePlan(measured: Measured, wishes: Wishes = {}, allowance: Allowance = {}): Plan | null {
  const sizes = sizesFor(measured, wishes).filter((size) => roomFor(measured, size) >= 1);
  if (sizes.length === 0) return null;
  const rates = wishes.fps === undefined ? RATES : [wishes.fps];
  const plans = rates.flatMap((fps) =>
    [...sizes]
      .reverse()
      .filter(({ side }) => wishes.side !== undefined || side >= (LEAST_SIDE_AT[fps] ?? 0))
      .map((size) => planFor(measured, wishes, allowance, fps, size)),
  );
  const [least] = sizes;
  return (
    plans.find(({ keepsUp }) => keepsUp) ??
    plans.at(-1) ??
    planFor(measured, wishes, allowance, rates.at(-1)!, least!)
  );
}

/** Pictures that fit into the context. */
function roomFor({ contextTokens }: Measured, { tokens }: PictureCost): number {
  if (contextTokens === null || tokens === null || tokens === 0) return Number.POSITIVE_INFINITY;
  return Math.floor((contextTokens - TEXT_TOKENS) / tokens);
}

/** The sizes to choose from: the measured ones, or the one that the user wants. */
function sizesFor({ pictures }: Measured, { side }: Wishes): readonly PictureCost[] {
  if (side === undefined) return pictures;
  const nearest = [...pictures].sort((a, b) => Math.abs(a.side - side) - Math.abs(b.side - side))[0]!;
  const area = (side / nearest.side) ** 2;
  const tokens = nearest.tokens === null ? null : Math.ceil(nearest.tokens * area);
  return [{ side, tokens, ms: nearest.ms * area }];
}

function planFor(
  measured: Measured,
  wishes: Wishes,
  allowance: Allowance,
  fps: number,
  picture: PictureCost,
): Plan {
  const { hasPrefixCache, reasons, firstTokenMs, tokenMs } = measured;
  const unitMs = 1000 / fps;
  const wanted = Math.min(wishes.windowUnits ?? DEFAULT_WINDOW, roomFor(measured, picture));
  // Without a prefix cache all pictures are computed for each request.
  const affordable = Math.floor((PICTURES_SHARE * unitMs) / (REQUESTS_PER_UNIT * picture.ms));
  const isShorter = !hasPrefixCache && wishes.windowUnits === undefined;
  const windowUnits = isShorter ? Math.min(wanted, Math.max(LEAST_WINDOW, affordable)) : wanted;
  const computed = hasPrefixCache ? TIMES_COMPUTED : REQUESTS_PER_UNIT * windowUnits;
  const reasoningMs = reasons ? REASONING_TOKENS * tokenMs : 0;
  const leftMs =
    PLANNED_SHARE * unitMs - computed * picture.ms - REQUESTS_PER_UNIT * (firstTokenMs + reasoningMs);
  const tokens = Math.floor(leftMs / tokenMs);
  const most = Math.min(THOUGHT_TOKENS.most, Math.max(THOUGHT_TOKENS.least, tokens));
  return {
    ...{ fps, picture, windowUnits },
    thoughtTokens: most + (reasons ? REASONING_TOKENS : 0),
    keepsUp: tokens >= THOUGHT_TOKENS.least && fps <= allowedRate(allowance, picture, windowUnits),
  };
}

/** Most frames a second within what is allowed. */
function allowedRate(
  { callsPerMinute, maxTokensPerMinute }: Allowance,
  { tokens }: PictureCost,
  windowUnits: number,
): number {
  const perUnit = REQUESTS_PER_UNIT * (FILLED * windowUnits * (tokens ?? 0) + USUAL_TEXT_TOKENS);
  const calls = callsPerMinute === undefined ? Number.POSITIVE_INFINITY : callsPerMinute / REQUESTS_PER_UNIT;
  const units = maxTokensPerMinute === undefined ? Number.POSITIVE_INFINITY : maxTokensPerMinute / perUnit;
  return Math.min(calls, units) / 60;
}
