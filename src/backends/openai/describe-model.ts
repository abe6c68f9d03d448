import type { ModelInfo } from "../../engine/mod.ts";
import type { Plan } from "./plan.ts";

/** Most tokens that the earlier thoughts have in each prompt. They are computed again each time, so they are few. */
const TEXT_WINDOW_TOKENS = 256;
/** A few full sentences. */
const ANSWER_TOKENS = 160;
const QUESTION_TOKENS = 256;

/** What the engine must know about a remote model, with what was chosen for it. */
export function describeModel(id: string, plan: Plan): ModelInfo {
  return {
    id,
    description:
      "A general model on another server. It tells what it sees, and answers questions in free words.",
    width: plan.side,
    height: plan.side,
    fps: plan.fps,
    framesPerUnit: 1,
    input: { size: "dynamic", format: "encoded" },
    can: { skip: true, instructions: true, fork: false, parallel: true, skipLate: true, watchScene: false },
    tokensPerFrame: plan.tokensPerFrame,
    chosenBecause: plan.because,
    positionSchemes: [],
    sinkUnits: 0,
    limits: {
      visualWindowUnits: plan.windowUnits,
      textWindowTokens: TEXT_WINDOW_TOKENS,
      thoughtTokens: plan.thoughtTokens,
      answerTokens: ANSWER_TOKENS,
      questionTokens: QUESTION_TOKENS,
    },
    cannotAnswer: null,
    exampleQuestions: ["What is happening now?", "What has changed?", "What do you see?"],
  };
}
