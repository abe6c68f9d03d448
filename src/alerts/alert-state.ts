import { StateFile } from "../state/mod.ts";
import { type AlertRule, alertRulesSchema } from "./rule-schema.ts";

/**
 * The file of the alerts that were made over the API, beside that of the cameras.
 *
 * @example
 * const { entries } = await alertState("/var/lib/thinkalong").read();
 */
export function alertState(folder: string): StateFile<AlertRule> {
  return new StateFile(folder, { file: "alerts.json", what: "alerts", schema: alertRulesSchema });
}
