/** Accuracy of a model on held-out labelled clips, through the service's own engine. */
export { type EvalOptions, type Evaluation, runEval, spreadOver } from "./run-eval.ts";
export { writeEvaluation } from "./write-evaluation.ts";
