/** Alerts in words: what a rule may say, whether a model can say it, and telling when it happens. Knows no sockets. */
export type { Clocks } from "./active-alert.ts";
export { alertState } from "./alert-state.ts";
export {
  type AlertFigures,
  type AlertLimits,
  type AlertRules,
  Alerts,
  type AlertsChange,
  type AlertsOptions,
  type ListedAlert,
} from "./alerts.ts";
export {
  type Clause,
  NO_VERB,
  type Party,
  parseClauses,
  sayable,
  sayClause,
  VERBS,
} from "./clause.ts";
export { AlertError, type AlertErrorCode, AlertProblems } from "./errors.ts";
export { type AlertRule, alertName, alertRuleSchema, alertRulesSchema } from "./rule-schema.ts";
export type { Recorded, TrialAlert } from "./trial/recorded.ts";
export { RuleTrial } from "./trial/rule-trial.ts";
