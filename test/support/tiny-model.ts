import { join } from "node:path";
import type { WeightWidth } from "../../src/models/checkpoint-schema.ts";
import { convertCheckpoint } from "../../src/models/convert/mod.ts";
import { EditedCheckpoint } from "./edited-checkpoint.ts";

interface TokenizerJson {
  added_tokens: { id: number; content: string; special: boolean }[];
  model: { vocab: Record<string, number>; merges: [string, string][] };
}

/** Learned tokens of the tiny tokenizers that are given up for whole words. */
const GIVEN_UP = { speak: "ram", silent: "vide" } as const;
/** Those that are given up for the tokens of a model that thinks before it speaks. */
const GIVEN_UP_TO_THINK = { "<think>": "Wh", "</think>": "Fram", "<response>": "User", "<silent>": "System" };

/**
 * A tiny random checkpoint as a bundle, whose tokenizer has the words by which a prompted model decides, or the tokens of
 * one that was trained to think while it sees.
 */
export class TinyModel {
  private constructor(
    private readonly checkpoint: EditedCheckpoint,
    /** Folder of the bundle. */
    readonly path: string,
  ) {}

  /**
   * @param family one of the checkpoints in `test/golden/checkpoints`
   * @param thinks whether its tokenizer has `<think>` and what goes with it
   */
  static async make(family: string, weights: WeightWidth = "fp32", thinks = false): Promise<TinyModel> {
    const checkpoint = await EditedCheckpoint.copy(family);
    await checkpoint.edit("tokenizer.json", (json) => {
      const { added_tokens, model } = json as unknown as TokenizerJson;
      for (const [word, token] of Object.entries(thinks ? GIVEN_UP_TO_THINK : GIVEN_UP)) {
        const id = model.vocab[token]!;
        delete model.vocab[token];
        model.merges = model.merges.filter((pair) => ![...pair, pair.join("")].includes(token));
        const like = added_tokens[0]!;
        added_tokens.push({ ...like, id, content: word, special: false });
      }
    });
    const target = join(checkpoint.root, "bundle");
    const id = `tiny/${family}`;
    await convertCheckpoint({ source: checkpoint.source, target, weights, id });
    return new TinyModel(checkpoint, target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.checkpoint[Symbol.asyncDispose]();
  }
}
