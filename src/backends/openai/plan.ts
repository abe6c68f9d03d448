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
  /** Most tokens of a prompt and its answer; null when the server does not say. */
  readonly contextTokens: number | null;
}

export interface PictureCost {
  /** Longest side of the picture (px). */
  readonly side: number;
  /** What it takes in a prompt (tokens). */
  readonly tokens: number;
  /** Time until it is computed (ms). */
  readonly ms: number;
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

/** How a stream looks and thinks, so that it keeps up. */
export interface Plan {
  /** Frames a second. */
  readonly fps: number;
  /** Longest side of a picture (px). */
  readonly side: number;
  readonly tokensPerFrame: number;
  readonly windowUnits: number;
  /** Most tokens of a thought. */
  readonly thoughtTokens: number;
  /** Whether it keeps up at all, as far as was measured. */
  readonly keepsUp: boolean;
  /** For people: why, in whole sentences. */
  readonly because: string;
}

/** From the best to the least. Seeing often comes before seeing sharply, down to one frame a second. */
const RATES = [2, 1, 0.5, 0.2, 0.1] as const;

/** Larger pictures are worth more than two frames a second; small ones are not worth one. */
const LEAST_SIDE_AT = { 2: 512, 1: 256 } as Readonly<Record<number, number>>;

/** Share of a unit's time that may be planned for; the rest is for questions and for what takes longer than usual. */
const PLANNED_SHARE = 0.6;

/** Of these, what all pictures of a prompt may take where no prefix cache keeps them. */
const PICTURES_SHARE = 0.4;

/** A window that is full drops its older half, which is then computed again: so each picture is computed twice. */
const TIMES_COMPUTED = 2;

const DEFAULT_WINDOW = 16;
const LEAST_WINDOW = 2;
/** Room in the context for the system prompt, instructions, earlier thoughts, a question and an answer (tokens). */
const TEXT_TOKENS = 1024;
const THOUGHT_TOKENS = { least: 16, most: 48 } as const;

/** Tokens of prompts that fit beside the text; null: unknown. */
const roomFor = ({ contextTokens }: Measured) => contextTokens && contextTokens - TEXT_TOKENS;

/**
 * Chooses how often and how large frames are looked at: the best of a few rates and the measured sizes with which one
 * stream keeps up. A wish is kept whatever it costs.
 *
 * @returns null when the context is too short for a single picture
 */
export function makePlan(measured: Measured, wishes: Wishes = {}): Plan | null {
  const room = roomFor(measured);
  const sizes = sizesFor(measured, wishes).filter(({ tokens }) => room === null || tokens <= room);
  if (sizes.length === 0) return null;
  const rates = wishes.fps === undefined ? RATES : [wishes.fps];
  const choices = rates.flatMap((fps) =>
    [...sizes]
      .reverse()
      .filter(({ side }) => wishes.side !== undefined || side >= (LEAST_SIDE_AT[fps] ?? 0))
      .map((size) => choice(measured, wishes, fps, size)),
  );
  const best = choices.find(({ keepsUp }) => keepsUp);
  return best ?? choices.at(-1) ?? choice(measured, wishes, rates.at(-1)!, sizes[0]!);
}

/** The sizes to choose from: the measured ones, or the one that the user wants. */
function sizesFor({ pictures }: Measured, { side }: Wishes): readonly PictureCost[] {
  if (side === undefined) return pictures;
  const nearest = [...pictures].sort((a, b) => Math.abs(a.side - side) - Math.abs(b.side - side))[0]!;
  const area = (side / nearest.side) ** 2;
  return [{ side, tokens: Math.ceil(nearest.tokens * area), ms: nearest.ms * area }];
}

function choice(measured: Measured, wishes: Wishes, fps: number, size: PictureCost): Plan {
  const { hasPrefixCache, firstTokenMs, tokenMs } = measured;
  const room = roomFor(measured);
  const unitMs = 1000 / fps;
  const fits = room === null ? Number.POSITIVE_INFINITY : Math.floor(room / size.tokens);
  const wanted = Math.max(1, Math.min(wishes.windowUnits ?? DEFAULT_WINDOW, fits));
  // Without a prefix cache all pictures are computed for each request, and there are two.
  const withoutCache = Math.floor((PICTURES_SHARE * unitMs) / (2 * size.ms));
  const windowUnits = hasPrefixCache
    ? wanted
    : Math.min(wanted, Math.max(wishes.windowUnits ?? LEAST_WINDOW, withoutCache));
  const pictureMs = hasPrefixCache ? TIMES_COMPUTED * size.ms : 2 * windowUnits * size.ms;
  const leftMs = PLANNED_SHARE * unitMs - pictureMs - 2 * firstTokenMs;
  const affordable = Math.floor(leftMs / tokenMs);
  const thoughtTokens = Math.min(THOUGHT_TOKENS.most, Math.max(THOUGHT_TOKENS.least, affordable));
  const keepsUp = affordable >= THOUGHT_TOKENS.least;
  return {
    ...{ fps, side: size.side, tokensPerFrame: size.tokens, windowUnits, thoughtTokens, keepsUp },
    because: explain(measured, wishes, { fps, size, windowUnits, thoughtTokens, keepsUp }),
  };
}

function explain(
  { hasPrefixCache, firstTokenMs, tokenMs }: Measured,
  wishes: Wishes,
  chosen: Pick<Plan, "fps" | "windowUnits" | "thoughtTokens" | "keepsUp"> & { readonly size: PictureCost },
): string {
  const { fps, size, windowUnits, thoughtTokens, keepsUp } = chosen;
  const often = fps >= 1 ? `${fps} ${fps === 1 ? "frame" : "frames"} a second` : `a frame every ${1 / fps} s`;
  const own = [wishes.fps && "rate", wishes.side && "picture size", wishes.windowUnits && "window"].filter(
    Boolean,
  );
  return [
    `At this server a picture of ${size.side} px takes ${size.tokens} tokens and ${Math.round(size.ms)} ms, the first token of an answer ${Math.round(firstTokenMs)} ms, and each further one ${Math.round(tokenMs)} ms.`,
    `So it looks at ${often}, remembers ${windowUnits} of them, and thinks up to ${thoughtTokens} tokens about each.`,
    hasPrefixCache
      ? ""
      : "The server keeps no prefix cache, so every picture is computed again for each thought.",
    own.length > 0 ? `The ${own.join(", the ")} was set by hand.` : "",
    keepsUp ? "" : "It does not keep up even so: many thoughts will be skipped as late.",
  ]
    .filter(Boolean)
    .join(" ");
}
