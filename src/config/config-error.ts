/** One thing that is wrong with a config file. */
export interface ConfigProblem {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** What is wrong and what to do, for people. */
  readonly message: string;
}

/** A config file cannot be used. It has all that is wrong, in the order of its lines. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One sentence for each problem, with its place: `thinkalong.yaml:3:5: …`. */
  readonly sentences: readonly string[];

  constructor(
    readonly path: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    const sentences = [...problems]
      .sort((a, b) => a.line - b.line || a.column - b.column)
      .map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
    super(sentences.join("\n"));
    this.sentences = sentences;
  }
}
