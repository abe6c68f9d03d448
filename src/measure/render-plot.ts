import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
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

/** Okabe and Ito's, which people who do not see all colours can tell apart. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
const INK = "#333333";
const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
const WIDTH = 800;
const HEIGHT = 440;

const LEGEND_ROW = 24;

/** Lines that the legend needs: a name's letters are about 7 px wide, and its mark and the gap take 60. */
function legendRows({ series }: Plot): number {
  const width = series.reduce((sum, { name }) => sum + 60 + 7 * name.length, 0);
  return Math.ceil(width / WIDTH);
}

/** Draws a plot as SVG, on white, 800 px wide. */
export function renderPlot(plot: Plot): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      color: COLOURS,
      textStyle: { fontFamily: FONT, color: INK },
      title: { text: plot.title, left: "center", top: 12, textStyle: { fontSize: 16, color: INK } },
      legend: {
        data: plot.series.map(({ name }) => name),
        bottom: 8,
        itemGap: 28,
        textStyle: { fontSize: 13, color: INK },
      },
      grid: { left: 84, right: 36, top: 64, bottom: 68 + LEGEND_ROW * legendRows(plot) },
      xAxis: {
        ...(plot.categories === undefined
          ? scale(plot.x)
          : { type: "category", data: [...plot.categories], axisTick: { show: false } }),
        ...look(plot.x),
        nameGap: 32,
      },
      yAxis: { ...scale(plot.y), ...look(plot.y), nameGap: 58 },
      series: plot.series.flatMap((series, place) => drawn(plot, series, place)),
    });
    return still(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** Without what answers to a mouse, and without ids that count on from chart to chart: same figures, same file. */
function still(svg: string): string {
  return svg
    .replace(/<style ?>[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*")/g, "")
    .replace(/\bzr\d+-/g, "");
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
  const data = points.map(([x, y]) => [x, isSpread(y) ? y.median : y]);
  if (plot.kind === "bar") return [{ name, type: "bar", data, barMaxWidth: 40, ...marks }];
  const ranges = points.flatMap(([x, y]) => (isSpread(y) && y.runs > 1 ? [[x, y.min, y.max]] : []));
  const symbol = SYMBOLS[place % SYMBOLS.length];
  return [
    {
      name,
      type: "line",
      data,
      symbol,
      symbolSize: points.length > 20 ? 4 : 8,
      lineStyle: { width: 2 },
      ...marks,
    },
    {
      type: "custom",
      data: ranges,
      renderItem: whisker(colour),
      itemStyle: { color: colour },
      z: 1,
    },
  ];
}

/** From the least to the greatest of a point's runs. */
function whisker(stroke: string) {
  const half = 4;
  return (_: unknown, api: { value(place: number): number; coord(at: number[]): number[] }) => {
    const [x, low] = api.coord([api.value(0), api.value(1)]) as [number, number];
    const [, high] = api.coord([api.value(0), api.value(2)]) as [number, number];
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
