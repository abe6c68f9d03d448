/** The bytes of a text in base64; null when it is not base64. The decoder leaves out what is none, so the length shows it. */
export function base64Bytes(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const chars = text.length - padding;
  // One character more than a multiple of four stands for no byte.
  const isWhole = chars % 4 !== 1 && bytes.length === Math.floor((chars * 3) / 4);
  return isWhole ? bytes : null;
}
