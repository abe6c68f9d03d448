/** Okabe and Ito's, which people who do not see all colours can tell apart. */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
export const INK = "#333333";
export const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
export const WIDTH = 800;
export const HEIGHT = 440;

/** Without what answers to a mouse, and without ids that count on from chart to chart: same figures, same file. */
export function still(svg: string): string {
  return svg
    .replace(/<style ?>[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*")/g, "")
    .replace(/\bzr\d+-/g, "");
}
