import { signal } from "@preact/signals";
import { timecode } from "../ui/format.ts";
import { Plot, type PlotSpec } from "./plot.tsx";
import type { Recorder } from "./record.ts";
import { useVersion } from "./use-version.ts";

/** Between two redraws (ms). */
const REDRAW_MS = 1000;

const ms = (value: number) => `${Math.round(value)} ms`;
const aSecond = (value: number) => `${value.toFixed(1)} a second`;

const PLOTS: readonly PlotSpec[] = [
  {
    title: "Delays, from the arrival of a unit’s last frame",
    least: 100,
    say: ms,
    series: [
      { column: "seen", label: "unit seen", colour: "sees", isLine: false },
      { column: "ttft", label: "first word of its thought (TTFT)", colour: "thinks", isLine: false },
    ],
  },
  {
    title: "Staleness: how far a thought was behind the newest frame when it ended",
    least: 100,
    say: ms,
    series: [{ column: "staleness", label: "staleness", colour: "thinks", isLine: false }],
  },
  {
    title: "Flow, a second",
    least: 1,
    say: aSecond,
    series: [
      { column: "frames", label: "frames", colour: "sees", isLine: true },
      { column: "dropped", label: "frames left out", colour: "warn", isLine: true },
      { column: "tokens", label: "tokens", colour: "thinks", isLine: true },
    ],
  },
];

/** Media time under the pointer, in whichever plot it is (ms); null: the newest values are told. */
const pointed = signal<number | null>(null);

/** How long things take and how much flows, on one time axis. */
export function Plots({ record }: { readonly record: Recorder }) {
  const version = useVersion(record, REDRAW_MS);
  const at = pointed.value;
  return (
    <section class="plots" aria-label="Over time">
      <header>
        <h3>Over time</h3>
        <p class="muted number">
          {at === null
            ? "The last 2 minutes of the video, from when this was opened. Numbers are the newest."
            : `Numbers are of ${timecode(at)}.`}
        </p>
      </header>
      {PLOTS.map((spec, place) => (
        <Plot
          key={spec.title}
          spec={spec}
          record={record}
          version={version}
          hasTimes={place === PLOTS.length - 1}
          pointed={pointed}
        />
      ))}
    </section>
  );
}
