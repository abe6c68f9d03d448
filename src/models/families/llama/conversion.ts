import type { FamilyConversion } from "../../convert/family-conversion.ts";

/** Models without eyes: Llama, SmolLM2, and the text-only ones of Qwen. */
export const LLAMA_CONVERSION: FamilyConversion = {
  name: "llama",
  modelTypes: { llama: "llama", qwen2: "qwen2", qwen3: "qwen3" },
  tower: () => null,
};
