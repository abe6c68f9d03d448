import { type ProbeResult, probe, RemoteError, type RemoteModel } from "./client/mod.ts";
import type { Measured, Wishes } from "./plan.ts";

/** Longest sides between which a plan chooses (px). */
const SIDES = [256, 512, 768];

/** Assumed where it could not be measured (ms): slow enough to keep up on most servers. */
const ASSUMED = { firstTokenMs: 500, tokenMs: 50 };

/**
 * Measures what a plan must know of a model's server, in a few short requests.
 *
 * @throws {RemoteError} when the model cannot be used: it takes no pictures, or answers nothing
 */
export async function measure(model: RemoteModel, { side }: Wishes): Promise<Measured> {
  requireEyes(model.info.id, model.info.takesImages);
  return toMeasured(await probe(model, { depth: "short", sides: side === undefined ? SIDES : [side] }));
}

/**
 * What of a probe a plan must know. What was not measured is assumed to be slow.
 *
 * @throws {RemoteError} when no picture could be measured
 */
export function toMeasured(found: ProbeResult): Measured {
  const { model, takesImages, pictures, cache, firstTokenMs, decodeTokensPerS, contextTokens } = found;
  requireEyes(model, takesImages);
  if (pictures.length === 0) {
    const why = found.notMeasured.find(({ what }) => what.startsWith("a picture"))?.why ?? "";
    throw new RemoteError("remote_failed", `No picture could be measured on ${model}. ${why}`);
  }
  return {
    pictures,
    firstTokenMs: firstTokenMs ?? ASSUMED.firstTokenMs,
    tokenMs: decodeTokensPerS === null ? ASSUMED.tokenMs : 1000 / decodeTokensPerS,
    // Where that could not be told the server was quick, or counts nothing: most have one.
    hasPrefixCache: cache?.works ?? true,
    reasons: found.reasons,
    contextTokens,
  };
}

/** @throws {RemoteError} `remote_no_images` */
export function requireEyes(model: string, takesImages: boolean | null): void {
  if (takesImages !== false) return;
  const hint = "Take a vision model; a server of llama.cpp needs its --mmproj file too.";
  throw new RemoteError("remote_no_images", `The model ${model} takes no pictures. ${hint}`);
}
