import { HeatmapChart } from "echarts/charts";
import { GridComponent, TitleComponent, VisualMapComponent } from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { drawChart, INK } from "./draw-chart.ts";
import type { HeatMap } from "./plot.ts";

use([HeatmapChart, GridComponent, TitleComponent, VisualMapComponent, SVGRenderer]);

/** Height of a row, and of what stands around all of them (px). */
const ROW = 34;
const AROUND = 150;

/** Draws a heat map as SVG, on white, 800 px wide: a cell's number is its count, its shade its share of the row. */
export function renderHeatMap({ title, x, y, cells }: HeatMap): string {
  const height = AROUND + ROW * y.categories.length;
  const sums = cells.map((row) => row.reduce((sum, count) => sum + count, 0));
  const axis = (name: string, categories: readonly string[], nameGap: number) => ({
    type: "category",
    data: [...categories],
    name,
    nameLocation: "middle",
    nameGap,
    nameTextStyle: { fontSize: 13, color: INK },
    axisLabel: { fontSize: 12, color: INK, interval: 0 },
    axisTick: { show: false },
    axisLine: { show: false },
  });
  return drawChart(title, height, {
    grid: { left: 110, right: 36, top: 56, bottom: 68 },
    xAxis: axis(x.title, x.categories, 32),
    yAxis: { ...axis(y.title, y.categories, 76), inverse: true },
    visualMap: {
      show: false,
      min: 0,
      max: 1,
      dimension: 2,
      inRange: { color: ["#f7fbff", "#9ecae1", "#2171b5"] },
    },
    series: [
      {
        type: "heatmap",
        data: cells.flatMap((row, j) =>
          row.map((count, i) => [i, j, count === 0 ? 0 : count / sums[j]!, count]),
        ),
        label: {
          show: true,
          color: "#111111",
          formatter: ({ value }: { value: number[] }) => (value[3] === 0 ? "" : String(value[3])),
        },
        itemStyle: { borderColor: "#ffffff", borderWidth: 1 },
      },
    ],
  });
}
