import type { FamilyConversion } from "../convert/family-conversion.ts";
import { IDEFICS3_CONVERSION } from "./idefics3/conversion.ts";
import { LLAMA_CONVERSION } from "./llama/conversion.ts";
import { QWEN25_VL_CONVERSION } from "./qwen2.5-vl/conversion.ts";
import { QWEN2_VL_CONVERSION } from "./qwen2-vl/conversion.ts";
import { QWEN3_VL_CONVERSION } from "./qwen3-vl/conversion.ts";

/** Every family of checkpoints that can be converted. */
export const CONVERSIONS: readonly FamilyConversion[] = [
  ...[LLAMA_CONVERSION, IDEFICS3_CONVERSION],
  ...[QWEN2_VL_CONVERSION, QWEN25_VL_CONVERSION, QWEN3_VL_CONVERSION],
];
