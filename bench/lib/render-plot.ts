import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { COLOURS, drawChart, INK, WIDTH } from "./draw-chart.ts";
import { type Estimate, isEstimate } from "./estimate.ts";
import type { Axis, Mark, Plot, Series } from "./plot.ts";
import { isSpread } from "./statistics.ts";

use([
  BarChart,
  CustomChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

const SYMBOLS = ["circle", "rect", "triangle", "diamond"];

/** Of a plot, and of a line of its legend (px). */
const HEIGHT = 440;
const LEGEND_ROW = 24;
/** Widest bar (px). */
const BAR_WIDTH = 40;

/** Lines that the legend needs: a name's letters are about 7 px wide, and its mark and the gap take 60. */
function legendRows({ series }: Plot): number {
  const width = series.reduce((sum, { name }) => sum + 60 + 7 * name.length, 0);
  return Math.ceil(width / WIDTH);
}

/** What categories take more of the height (px) when they stand aslant. */
const ROTATED = 44;

/** Whether the names of categories would run into each other. */
function isCrowded(names: readonly string[]): boolean {
  const widest = Math.max(0, ...names.map(({ length }) => 7 * length));
  return names.length * (widest + 8) > WIDTH - 120;
}

function categories(names: readonly string[], rotated: boolean) {
  const axisLabel = { fontSize: 12, color: INK, interval: 0, rotate: rotated ? 40 : 0 };
  return { data: [...names], axisLabel };
}

/** Draws a plot as SVG, on white, 800 px wide. */
export function renderPlot(plot: Plot): string {
  const rotated = isCrowded(plot.categories ?? []);
  return drawChart(plot.title, HEIGHT, {
    legend: {
      data: plot.series.map(({ name }) => name),
      bottom: 8,
      itemGap: 28,
      textStyle: { fontSize: 13, color: INK },
    },
    grid: {
      left: 84,
      right: 36,
      top: 64,
      bottom: 68 + LEGEND_ROW * legendRows(plot) + (rotated ? ROTATED : 0),
    },
    xAxis: {
      ...(plot.categories === undefined ? scale(plot.x) : { type: "category", axisTick: { show: false } }),
      ...look(plot.x),
      nameGap: 32 + (rotated ? ROTATED : 0),
      ...(plot.categories === undefined ? {} : categories(plot.categories, rotated)),
    },
    yAxis: { ...scale(plot.y), ...look(plot.y), nameGap: 58 },
    series: plot.series.flatMap((series, place) => drawn(plot, series, place)),
  });
}

function scale({ log, min, max }: Axis) {
  return {
    ...(log === undefined ? { type: "value" } : { type: "log", logBase: log }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    minorSplitLine: { show: log === 10, lineStyle: { color: "#f2f2f2" } },
  };
}

function look({ title }: Axis) {
  return {
    name: title,
    nameLocation: "middle",
    nameTextStyle: { fontSize: 13, color: INK },
    axisLabel: { fontSize: 12, color: INK },
    axisLine: { show: true, lineStyle: { color: "#888888" } },
    splitLine: { show: true, lineStyle: { color: "#dddddd" } },
  };
}

function drawn(plot: Plot, { name, points }: Series, place: number): object[] {
  const colour = COLOURS[place % COLOURS.length]!;
  const marks = place === 0 ? markLine(plot.marks ?? []) : {};
  const data = points.map(([x, y]) => [x, isEstimate(y) ? y.value : isSpread(y) ? y.median : y]);
  const whiskers = (ranges: readonly (readonly number[])[], offset: Offset) => ({
    type: "custom",
    data: ranges,
    renderItem: whisker(plot.kind === "bar" ? INK : colour, offset),
    itemStyle: { color: colour },
    z: plot.kind === "bar" ? 3 : 1,
  });
  if (plot.kind === "bar") {
    const bar = { name, type: "bar", data, barMaxWidth: BAR_WIDTH, ...marks };
    const ranges = points.flatMap(([x, y]) => (isEstimate(y) ? intervalAt(x, y) : []));
    if (ranges.length === 0) return [bar];
    const layout = { barMaxWidth: BAR_WIDTH, count: plot.series.length };
    return [bar, whiskers(ranges, (api) => api.barLayout(layout)[place]!.offsetCenter)];
  }
  const ranges = points.flatMap(([x, y]) => {
    if (isEstimate(y)) return intervalAt(x, y);
    return isSpread(y) && y.runs > 1 ? [[x, y.min, y.max]] : [];
  });
  return [
    {
      name,
      type: "line",
      data,
      symbol: SYMBOLS[place % SYMBOLS.length],
      symbolSize: points.length > 20 ? 4 : 8,
      lineStyle: { width: 2 },
      ...marks,
    },
    whiskers(ranges, () => 0),
  ];
}

function intervalAt(x: number, { low, high }: Estimate): number[][] {
  return Number.isFinite(low) && Number.isFinite(high) ? [[x, low, high]] : [];
}

/** What a drawn item may ask echarts. */
interface ItemApi {
  value(place: number): number;
  coord(at: number[]): number[];
  barLayout(bars: { readonly barMaxWidth: number; readonly count: number }): { offsetCenter: number }[];
}

/** How far (px) from the middle of its category an item stands. */
type Offset = (api: ItemApi) => number;

/** From the least to the greatest of a point's runs, or over its interval. */
function whisker(stroke: string, offset: Offset) {
  const half = 4;
  return (_: unknown, api: ItemApi) => {
    const [middle, low] = api.coord([api.value(0), api.value(1)]) as [number, number];
    const [, high] = api.coord([api.value(0), api.value(2)]) as [number, number];
    const x = middle + offset(api);
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: "line",
      shape: { x1, y1, x2, y2 },
      style: { stroke, lineWidth: 1.25, opacity: 0.7 },
    });
    return {
      type: "group",
      children: [
        line(x, low, x, high),
        line(x - half, low, x + half, low),
        line(x - half, high, x + half, high),
      ],
    };
  };
}

function markLine(marks: readonly Mark[]): object {
  if (marks.length === 0) return {};
  return {
    markLine: {
      symbol: "none",
      silent: true,
      lineStyle: { color: "#666666", type: "dashed", width: 1.25 },
      label: { color: INK, fontSize: 12 },
      data: marks.map(({ axis, at, text }) =>
        axis === "x"
          ? { xAxis: at, label: { formatter: text, position: "end" } }
          : { yAxis: at, label: { formatter: text, position: "insideStartTop" } },
      ),
    },
  };
}
