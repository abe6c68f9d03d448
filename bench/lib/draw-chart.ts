import { init } from "echarts/core";

/** Okabe and Ito's, which people who do not see all colours can tell apart. */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
export const INK = "#333333";
/** Of every plot (px). */
export const WIDTH = 800;
const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

/**
 * Draws a chart as SVG, on white, {@link WIDTH} wide. The same options give the same text.
 *
 * @param height px
 * @param options of echarts; what they are made of must have been given to its `use`
 */
export function drawChart(title: string, height: number, options: object): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      color: COLOURS,
      textStyle: { fontFamily: FONT, color: INK },
      title: { text: title, left: "center", top: 12, textStyle: { fontSize: 16, color: INK } },
      ...options,
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
