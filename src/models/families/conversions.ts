import type { FamilyConversion } from "../convert/family-conversion.ts";
import { LLAMA_CONVERSION } from "./llama/conversion.ts";

/** Every family of checkpoints that can be converted. */
export const CONVERSIONS: readonly FamilyConversion[] = [LLAMA_CONVERSION];
