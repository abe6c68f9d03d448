import { durationText, parseDuration } from "../../../src/protocol/duration.ts";
import type { AlertRule } from "../../lib/mod.ts";

/** When and where a rule counts, in short phrases. */
export function conditionsOf(rule: AlertRule): string[] {
  const said = (text: string) => durationText(parseDuration(text) ?? 0);
  const { streams, zone, between, time_zone: timeZone, cooldown } = rule;
  return [
    ...(rule.for === undefined ? [] : [`for ${said(rule.for)}`]),
    streams === undefined ? "on every stream" : `on ${streams.join(", ")}`,
    ...(zone === undefined ? [] : [`in the zone ${zone}`]),
    ...(between === undefined
      ? []
      : [`between ${between.replace(/\s*[-–]\s*/, " and ")} ${clockOf(timeZone)}`]),
    ...(cooldown === undefined || parseDuration(cooldown) === 0
      ? []
      : [`at most once in ${said(cooldown)} a stream`]),
  ];
}

function clockOf(zone: string | undefined): string {
  return zone === undefined ? "by the server’s clock" : `(${zone})`;
}
