import "uplot/dist/uPlot.min.css";
import "./plot.css";
import type { Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { playingTime } from "../ui/format.ts";
import { type Column, KEPT_MS, type Recorder } from "./record.ts";

/** What one plot shows. */
export interface PlotSpec {
  readonly title: string;
  /** The axis of its values goes at least so far. */
  readonly least: number;
  /** A value in words. */
  readonly say: (value: number) => string;
  readonly series: readonly Series[];
}

interface Series {
  readonly column: Column;
  readonly label: string;
  readonly colour: "sees" | "thinks" | "warn";
  /** Else points. */
  readonly isLine: boolean;
}

interface Props {
  readonly spec: PlotSpec;
  readonly record: Recorder;
  /** Of the record. It is drawn anew when it changes. */
  readonly version: number;
  /** Whether the time axis has its times below this plot. */
  readonly hasTimes: boolean;
  readonly pointed: Signal<number | null>;
}

const HEIGHT_PX = 96;
const TIMES_PX = 24;
const LEFT_PX = 48;
/** The time axis is at least so long (ms). */
const LEAST_MS = 10_000;
const TICKS_MS = [2, 5, 10, 30, 60].map((seconds) => seconds * 1000);

/** A small plot with its legend, which tells the newest values, or those under the pointer. */
export function Plot({ spec, record, version, hasTimes, pointed }: Props) {
  const figure = useRef<HTMLElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);

  useLayoutEffect(() => {
    const { clientWidth: width } = place.current!;
    const drawn = new uPlot(
      optionsOf(spec, record, figure.current!, hasTimes, pointed, width),
      tableOf(spec, record),
      place.current!,
    );
    plot.current = drawn;
    const resized = new ResizeObserver(([entry]) => {
      if (entry) drawn.setSize({ width: entry.contentRect.width, height: drawn.height });
    });
    resized.observe(place.current!);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => drawn.redraw(false);
    dark.addEventListener("change", redraw);
    return () => {
      resized.disconnect();
      dark.removeEventListener("change", redraw);
      drawn.destroy();
      pointed.value = null;
    };
  }, [spec, record]);

  useEffect(() => plot.current?.setData(tableOf(spec, record)), [version]);

  const at = pointed.value ?? undefined;
  const said = spec.series.map(({ column, ...rest }) => {
    const value = record.value(column, at);
    return { ...rest, column, words: value === null ? "–" : spec.say(value) };
  });
  return (
    <figure class="plot" ref={figure}>
      <figcaption class="number">
        <span>{spec.title}</span>
        {said.map(({ column, label, colour, words }) => (
          <span key={column} class="plot-legend" data-kind={colour} data-column={column}>
            {label} <b>{words}</b>
          </span>
        ))}
      </figcaption>
      <div
        ref={place}
        role="img"
        aria-label={`${spec.title}. Newest: ${said.map(({ label, words }) => `${label} ${words}`).join(", ")}.`}
      />
    </figure>
  );
}

function tableOf({ series }: PlotSpec, record: Recorder): uPlot.AlignedData {
  return record.table(...series.map(({ column }) => column)) as uPlot.AlignedData;
}

function optionsOf(
  { series, least }: PlotSpec,
  record: Recorder,
  figure: HTMLElement,
  hasTimes: boolean,
  pointed: Signal<number | null>,
  width: number,
): uPlot.Options {
  // A canvas knows no custom properties, so colours are those that the legend has.
  const colourOf = (column: Column) => () =>
    getComputedStyle(figure.querySelector(`[data-column=${column}]`)!).borderLeftColor;
  const text = () => getComputedStyle(figure).color;
  const line = () => getComputedStyle(figure).borderTopColor;
  const font = `12px ${getComputedStyle(figure).fontFamily}`;
  const grid = { stroke: line, width: 1 };
  return {
    width,
    height: HEIGHT_PX + (hasTimes ? TIMES_PX : 0),
    padding: [6, 8, hasTimes ? 0 : 6, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: "inside" } },
    hooks: {
      setCursor: [
        ({ cursor: { idx }, data: [times] }) => {
          pointed.value = idx === null || idx === undefined ? null : (times[idx] ?? null);
        },
      ],
    },
    scales: {
      x: { time: false, range: () => timesOf(record) },
      y: { range: (_, __, most) => [0, Math.max(least, (most ?? 0) * 1.1)] },
    },
    axes: [
      {
        font,
        stroke: text,
        grid,
        ticks: { show: false },
        incrs: TICKS_MS,
        space: 44,
        gap: 4,
        size: hasTimes ? TIMES_PX : 0,
        values: (_, times) => times.map((time) => (hasTimes ? playingTime(time) : "")),
      },
      { font, stroke: text, grid, ticks: { show: false }, size: LEFT_PX, gap: 6, space: 28 },
    ],
    series: [
      {},
      ...series.map(({ column, label, isLine }) => ({
        label,
        stroke: colourOf(column),
        width: 1.5,
        // Not every media time has a value of each.
        spanGaps: true,
        ...(isLine
          ? { points: { show: false } }
          : { paths: () => null, points: { show: true, size: 5, fill: colourOf(column) } }),
      })),
    ],
  };
}

/** The last two minutes, or what there is of them. */
function timesOf(record: Recorder): [number, number] {
  const { fromMs, toMs } = record.span ?? { fromMs: 0, toMs: 0 };
  return [Math.max(fromMs, toMs - KEPT_MS), Math.max(toMs, fromMs + LEAST_MS)];
}
