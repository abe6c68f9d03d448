import { type ProbeResult, probe, RemoteError, type RemoteModel } from "./client/mod.ts";
import type { Measured, Wishes } from "./plan.ts";

/** Longest sides between which a plan chooses (px). */
const SIDES = [256, 512, 768];

/** Assumed of a server that could not be measured (ms): slow enough to keep up on most. */
const ASSUMED = { firstTokenMs: 500, tokenMs: 50, pictureMs: 1000 };

/**
 * Measures what a plan must know of a model's server, in a few short requests.
 *
 * @throws {RemoteError} when the model cannot be used: it takes no pictures, or answers nothing
 */
export async function measure(model: RemoteModel, { side }: Wishes): Promise<Measured> {
  const sides = side === undefined ? SIDES : [side];
  return toMeasured(await probe(model, { depth: "short", sides }), sides);
}

/** What of a probe a plan must know. What was not measured is assumed to be slow. */
export function toMeasured(probed: ProbeResult, sides: readonly number[]): Measured {
  const { model, takesImages, pictures, cache, firstTokenMs, decodeTokensPerS, contextTokens } = probed;
  if (takesImages === false) throw noPictures(model);
  const assumed = sides.map((side) => ({ side, tokens: null, ms: ASSUMED.pictureMs }));
  return {
    pictures: pictures.length > 0 ? pictures : assumed,
    firstTokenMs: firstTokenMs ?? ASSUMED.firstTokenMs,
    tokenMs: decodeTokensPerS === null ? ASSUMED.tokenMs : 1000 / decodeTokensPerS,
    hasPrefixCache: cache?.works ?? true,
    reasons: probed.reasons,
    contextTokens,
  };
}

/** The error for a model that takes no pictures. */
export function noPictures(model: string): RemoteError {
  const message = `The model ${model} takes no pictures. Choose one that does, or start its server with its vision part (of llama.cpp: --mmproj).`;
  return new RemoteError("remote_no_images", message);
}
