/** Alerts on labelled clips: precision, recall and delay. */
export { type AlertsReport, alertsMarkdown, alertsTable } from "./alerts-markdown.ts";
export { type AlertsEvalOptions, type AlertsEvaluation, runAlerts } from "./run-alerts.ts";
