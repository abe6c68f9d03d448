import type { ProbeResult } from "./client/mod.ts";
import type { Measured } from "./plan.ts";

/** A token of a picture stands for a square of about so many px in most models. */
const PX_PER_TOKEN = 28;
const ASPECT = 3 / 4;

/** What a plan needs of what a probe has found; null when no picture was measured. */
export function measuredByProbe(found: ProbeResult): Measured | null {
  const { pictures, firstTokenMs, decodeTokensPerS, cache, contextTokens } = found;
  if (pictures.length === 0) return null;
  const firstMs = firstTokenMs ?? pictures[0]!.ms;
  return {
    pictures: pictures.map(({ side, tokens, ms }) => ({
      side,
      // A server that does not count says nothing of the room in its context either way.
      tokens: Math.max(1, tokens ?? Math.ceil((side * side * ASPECT) / PX_PER_TOKEN ** 2)),
      ms: Math.max(1, ms),
    })),
    firstTokenMs: firstMs,
    tokenMs: decodeTokensPerS === null ? firstMs : 1000 / decodeTokensPerS,
    // Where that could not be told the server was quick, or counts nothing: most have one.
    hasPrefixCache: cache?.works ?? true,
    contextTokens,
  };
}
