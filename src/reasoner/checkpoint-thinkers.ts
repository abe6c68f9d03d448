import type { KvMemory } from "../cache/mod.ts";
import {
  ChatTemplate,
  type Checkpoint,
  CheckpointCodec,
  familyRuntime,
  type VideoWindow,
} from "../models/mod.ts";
import { ROLE, SPEAK_OR_SILENT, speakingRule } from "../prompting/mod.ts";
import type { CheckpointParts } from "./checkpoint-caches.ts";
import { PromptedThinkers } from "./prompted-thinkers.ts";
import type { MakeThinkers } from "./stream-thinkers.ts";
import { THINK_RESPOND, thinkRespondIds } from "./think-respond-speech.ts";
import { ThinkRespondThinkers } from "./think-respond-thinkers.ts";
import { WordChoice } from "./word-choice.ts";

/** Makes the thinkers of all streams of a checkpoint. */
export interface CheckpointThinking {
  /** See {@link CheckpointParts.prefix}. */
  readonly prefix: CheckpointParts["prefix"];
  readonly makeThinkers: MakeThinkers;
}

/**
 * Makes thinkers for the streams of a published checkpoint, with the policy that its bundle.json says.
 *
 * @throws {ModelError} when its tokens or its chat template cannot be used
 */
export function openCheckpointThinkers(checkpoint: Checkpoint, memory: KvMemory): CheckpointThinking {
  const { manifest, tokenizer, dir } = checkpoint;
  const vision = familyRuntime(manifest.family).vision(manifest)!;
  const { vocabulary } = manifest.transformer;
  const codec = new CheckpointCodec({ tokenizer, dir, vocabulary, endTokens: manifest.end_tokens });
  const whole = new ChatTemplate({
    source: manifest.chat_template,
    tokens: specialTexts(tokenizer.config),
    placeholder: vision.placeholder,
    role: roleOf(manifest),
  });
  const opening = { before: vision.outro + whole.opening.before, after: whole.opening.after };
  const template = { opening, turn: whole.turn };
  // In one call: where the template's part ends in a space, it joins the next word.
  const prefix = (window: VideoWindow) => codec.encode(whole.prefix + vision.intro(window));
  const parts: CheckpointParts = { checkpoint, memory, codec, vision, template, prefix };
  return { prefix, makeThinkers: makerOf(parts) };
}

function makerOf(parts: CheckpointParts): MakeThinkers {
  const { codec, checkpoint } = parts;
  switch (checkpoint.manifest.thinking.policy) {
    case "prompted": {
      const decides = checkpoint.manifest.thinking.every_unit !== true;
      const choice = decides ? new WordChoice(codec, SPEAK_OR_SILENT) : null;
      return (options, sink) => new PromptedThinkers(parts, choice, options, sink);
    }
    case "think-respond":
      // So that a token that is missing is told at the start.
      thinkRespondIds(codec, THINK_RESPOND);
      return (options, sink) => new ThinkRespondThinkers(parts, options, sink);
  }
}

/** A model that is asked whether to speak is told the rule once, before the video, so that each request is short. */
function roleOf({ thinking }: Checkpoint["manifest"]): string {
  const isAsked = thinking.policy === "prompted" && thinking.every_unit !== true;
  return isAsked ? `${ROLE} ${speakingRule(SPEAK_OR_SILENT)}` : ROLE;
}

/** Texts of special tokens that a chat template may name. */
function specialTexts(config: object): Record<string, string> {
  const texts = Object.entries(config).flatMap(([name, token]): [string, string][] => {
    if (!name.endsWith("_token")) return [];
    if (typeof token === "string") return [[name, token]];
    const { content } = (token ?? {}) as { content?: unknown };
    return typeof content === "string" ? [[name, content]] : [];
  });
  return Object.fromEntries(texts);
}
