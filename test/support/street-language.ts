import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelInfo, ModelLanguage } from "../../src/engine/mod.ts";
import { BUNDLED_MODEL } from "./bundles.ts";
import { SCRIPTED_MODEL } from "./scripted-engine.ts";

const json = (name: string) => JSON.parse(readFileSync(join(BUNDLED_MODEL, name), "utf8"));

/** The words of the model that is shipped. */
export const STREET_LANGUAGE: ModelLanguage = {
  words: Object.keys(json("tokenizer.json").model.vocab).filter((word) => /^[a-z]+$/.test(word)),
  synonyms: json("bundle.json").synonyms,
};

/** A model of a script that has these words. */
export const STREET_MODEL: ModelInfo = { ...SCRIPTED_MODEL, language: STREET_LANGUAGE };
