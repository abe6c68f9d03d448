import type { ModelInfo, TaskDone } from "../../engine/mod.ts";
import type { Frame, PictureSize, Scaling } from "../../ingest/mod.ts";
import { type Checkpoint, CheckpointCodec, type FamilyVision, familyRuntime } from "../../models/mod.ts";
import type { Looks } from "../../reasoner/mod.ts";
import type { CheckpointPlan } from "./checkpoint-plan.ts";
import type { LocalModel } from "./local-model.ts";

/** A published checkpoint, as it was decided to run it here. */
export class CheckpointModel implements LocalModel {
  readonly info: ModelInfo;
  readonly looks: Looks;
  private readonly codec: CheckpointCodec;
  private readonly vision: FamilyVision;

  /** @throws {ModelError} `bundle_invalid` when its tokens do not fit */
  constructor(
    { manifest, tokenizer, dir }: Checkpoint,
    private readonly plan: CheckpointPlan,
  ) {
    const { end_tokens: endTokens, transformer } = manifest;
    this.codec = new CheckpointCodec({ tokenizer, dir, vocabulary: transformer.vocabulary, endTokens });
    this.vision = familyRuntime(manifest.family).vision(manifest)!;
    const { side, fps, tokens, windowUnits, thoughtTokens, because } = plan;
    const { framesPerUnit } = this.vision;
    this.looks = { side, unitMs: (1000 * framesPerUnit) / fps };
    const wide = this.vision.frameSize({ width: 2 * side, height: side }, side);
    this.info = {
      id: manifest.id,
      description: manifest.description,
      width: side,
      height: side,
      fps,
      framesPerUnit,
      input: { size: wide.width === wide.height ? "fixed" : "dynamic", format: "rgb" },
      can: {
        skip: true,
        instructions: true,
        fork: manifest.cache.mask === "streamed",
        parallel: true,
        // An interleaved unit is seen when the one before it was thought about, so no thought is ever late.
        skipLate: manifest.cache.mask === "streamed",
        watchScene: false,
      },
      tokensPerFrame: tokens / framesPerUnit,
      chosenBecause: because,
      positionSchemes: [],
      sinkUnits: manifest.cache.visual_sink_units,
      limits: {
        visualWindowUnits: windowUnits,
        textWindowTokens: manifest.cache.text_window_tokens,
        thoughtTokens,
        answerTokens: manifest.thinking.answer_tokens,
        questionTokens: manifest.thinking.question_tokens,
      },
      cannotAnswer: null,
      exampleQuestions: [],
    };
  }

  encode(question: string): readonly number[] {
    return this.codec.encodeWords({ before: "", after: "" }, question);
  }

  scaling({ size }: Frame): { readonly size: PictureSize; readonly scaling: Scaling } {
    const { side } = this.plan;
    return { size: this.vision.frameSize(size, side), scaling: this.vision.scaling(size, side) };
  }

  annotate(_question: string, answer: TaskDone): TaskDone {
    return answer;
  }

  annotateThought(thought: TaskDone): TaskDone {
    return thought;
  }
}
