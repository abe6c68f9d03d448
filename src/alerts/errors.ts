/** Every reason for which an alert cannot be made, changed, deleted or tried. */
export type AlertErrorCode =
  | "alert_fixed"
  | "alert_not_found"
  | "alert_refused"
  | "alert_untriable"
  | "too_many_alerts"
  | "too_many_trials";

/** Something is wrong with an alert. Its message says what, and what to do. */
export class AlertError extends Error {
  override readonly name = "AlertError";
  readonly code: AlertErrorCode;
  /** The alert that it is about; null: none alone. */
  readonly alert: string | null;
  /** The key that is wrong, such as `for`; null: none alone. */
  readonly key: string | null;

  constructor(
    code: AlertErrorCode,
    message: string,
    about: { readonly alert?: string; readonly key?: string } = {},
  ) {
    super(message);
    this.code = code;
    this.alert = about.alert ?? null;
    this.key = about.key ?? null;
  }
}

/** All that is wrong with the alerts that a server was given. */
export class AlertProblems extends Error {
  override readonly name = "AlertProblems";

  constructor(readonly problems: readonly AlertError[]) {
    super(
      problems
        .map(({ alert, key, message }) =>
          [alert, key]
            .filter(Boolean)
            .join(".")
            .concat(alert ? ": " : "", message),
        )
        .join("\n"),
    );
  }
}

/** Words of a rule cannot be understood, or say what the model can never say. */
export class WordsError extends Error {
  override readonly name = "WordsError";

  constructor(
    message: string,
    /** The key of the rule that is wrong. */
    readonly key: "when" | "for" | "zone" = "when",
  ) {
    super(message);
  }
}
