/** Why an installation cannot be pruned. */
export type InstallErrorCode = "binaries_missing" | "outside_install" | "unremovable" | "broken_by_pruning";

/** Something is wrong with how this package is installed. Its message says what, and what to do. */
export class InstallError extends Error {
  override readonly name = "InstallError";

  constructor(
    readonly code: InstallErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
