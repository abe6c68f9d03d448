import { type Checkpoint, isCheckpoint, type Model, TextCodec } from "../models/mod.ts";
import { CheckpointRunner } from "./checkpoint-runner.ts";
import { openCheckpointThinkers } from "./checkpoint-thinkers.ts";
import type { ReasonerSetup, StepSpeed } from "./messages.ts";
import { NgramDrafter } from "./ngram-drafter.ts";
import { CHECKPOINT_STEP_TOKENS, PREFILL_TOKENS } from "./prefill-chunk.ts";
import { STEP_TOKENS } from "./scheduler.ts";
import type { StepRunner } from "./step.ts";
import type { MakeThinkers } from "./stream-thinkers.ts";
import { TaughtThinkers } from "./taught-thinkers.ts";
import { TextRunner } from "./text-runner.ts";

/** What gains most, if little, as measured (docs/benchmarks, drafts). */
const DRAFT_CONFIDENCE = 0.8;

/** A model as the reasoner's worker runs it. */
export interface ReasonerModel {
  readonly runner: StepRunner;
  /** Most tokens of one step. */
  readonly stepTokens: number;
  /** As measured; null where it was not. */
  readonly speed: StepSpeed | null;
  readonly makeThinkers: MakeThinkers;
  /** What drafts for its thinkers. */
  readonly drafters: readonly NgramDrafter[];
}

/** Opens what a worker was started with. @throws {ModelError} `graph_mismatch`, `attention_unavailable` */
export async function openReasonerModel(setup: ReasonerSetup): Promise<ReasonerModel> {
  const { model } = setup;
  return isCheckpoint(model) ? await openCheckpoint(model, setup) : await openTaught(model, setup);
}

async function openTaught(
  bundle: Exclude<Model, Checkpoint>,
  { threads, draftWords }: ReasonerSetup,
): Promise<ReasonerModel> {
  const runner = await TextRunner.open(bundle, threads);
  const { vocabulary } = bundle.manifest.transformer;
  const drafter = () => new NgramDrafter(vocabulary, { words: draftWords, confidence: DRAFT_CONFIDENCE });
  const drafters = { thoughts: drafter(), answers: drafter() };
  const taught = { bundle, codec: new TextCodec(bundle), memory: runner.memory, drafters };
  const makeThinkers: MakeThinkers = (options, sink) => new TaughtThinkers(taught, options, sink);
  return { runner, stepTokens: STEP_TOKENS, speed: null, makeThinkers, drafters: Object.values(drafters) };
}

async function openCheckpoint(checkpoint: Checkpoint, { threads }: ReasonerSetup): Promise<ReasonerModel> {
  const runner = await CheckpointRunner.open(checkpoint, threads);
  const { makeThinkers } = openCheckpointThinkers(checkpoint, runner.memory);
  const speed = await runner.measure(PREFILL_TOKENS);
  return { runner, stepTokens: CHECKPOINT_STEP_TOKENS, speed, makeThinkers, drafters: [] };
}
