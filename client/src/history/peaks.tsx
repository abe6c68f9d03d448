import type { HistorySummary } from "../../lib/mod.ts";
import { hourAndMinute } from "../ui/clock.ts";
import { counted } from "../ui/format.ts";
import type { Hour } from "./day.ts";
import { peakOf } from "./grid.ts";

/** The day in words: how much there was, and when the most. */
export function Peaks({
  summary,
  hours,
}: {
  readonly summary: HistorySummary;
  readonly hours: readonly Hour[];
}) {
  const total = { thoughts: 0, alerts: 0 };
  for (const { thoughts, alerts } of summary.streams) {
    total.thoughts += thoughts;
    total.alerts += alerts;
  }
  const [thoughts, alerts] = [peakOf(summary, "thoughts"), peakOf(summary, "alerts")];
  const between = (start: string) => {
    const own = hours.findLast(({ startMs }) => startMs <= Date.parse(start)) ?? hours[0]!;
    return `between ${hourAndMinute(own.startMs)} and ${hourAndMinute(own.endMs)}`;
  };
  return (
    <p class="peaks">
      <span>
        {counted(total.thoughts, "thought")} and{" "}
        {total.alerts === 0 ? "no alerts" : counted(total.alerts, "alert")}.
      </span>{" "}
      {thoughts !== null && (
        <span>
          Most was thought about {thoughts.stream} {between(thoughts.start)} (
          {counted(thoughts.count, "thought")}).
        </span>
      )}{" "}
      {alerts !== null && (
        <span>
          Most alerts were raised on {alerts.stream} {between(alerts.start)} ({alerts.count}).
        </span>
      )}
    </p>
  );
}
