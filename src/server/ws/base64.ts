import { ProtocolError } from "../../protocol/mod.ts";

/**
 * Decodes the picture of `input_video_frame.append`. The decoder leaves out what is no base64, so the length shows it.
 *
 * @throws {ProtocolError} `invalid_value`
 */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const chars = text.length - padding;
  // One character more than a multiple of four stands for no byte.
  if (chars % 4 !== 1 && bytes.length === Math.floor((chars * 3) / 4)) return bytes;
  const message = "The field image of input_video_frame.append is wrong. It must be base64.";
  throw new ProtocolError("invalid_value", message, { param: "image" });
}
