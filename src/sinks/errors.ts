/** What is wrong with one sink. */
export interface SinkProblem {
  readonly sink: string;
  /** The key that is wrong; null: none alone. */
  readonly key: string | null;
  readonly message: string;
}

/** Sinks cannot be as they are given. Its message has a line for each problem. */
export class SinkProblems extends Error {
  override readonly name = "SinkProblems";

  constructor(readonly problems: readonly SinkProblem[]) {
    super(problems.map(({ sink, message }) => `${sink}: ${message}`).join("\n"));
  }
}

/** One sink cannot be as it is given. Its message says why, and what to do. */
export class SinkError extends Error {
  override readonly name = "SinkError";

  constructor(
    message: string,
    /** The key that is wrong; null: none alone. */
    readonly key: string | null = null,
  ) {
    super(message);
  }
}
