/** JSON for people, too: figures to three decimals, and a list of numbers on one line. */
export function figuresJson(figures: object): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
  const text = JSON.stringify(figures, rounded, 1);
  return `${text.replace(/\[\s+(?:-?[\d.e+-]+|null)(?:,\s+(?:-?[\d.e+-]+|null))*\s+\]/g, (list) => list.replace(/\s+/g, " "))}\n`;
}
