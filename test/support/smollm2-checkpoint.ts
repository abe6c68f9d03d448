import { findSmollm2 } from "./smollm2/installation.ts";

const missing = "SmolLM2-135M is not there for the tests. `npm run build:smollm2` builds it.";

/**
 * Whether tests can use SmolLM2-135M: `describe.skipIf(!hasSmollm2)`. Where `THINKALONG_NEED_SMOLLM2` is set, as in CI,
 * they are not skipped, and fail.
 */
export const hasSmollm2: boolean = findSmollm2() !== null || Boolean(process.env.THINKALONG_NEED_SMOLLM2);

if (!hasSmollm2) console.warn(`${missing} The tests that need it are skipped.`);

/** Folder of the checkpoint SmolLM2-135M-Instruct: real weights, in the layout of the Hugging Face hub. */
export function smollm2(): string {
  const path = findSmollm2();
  if (path === null) throw new Error(missing);
  return path;
}
