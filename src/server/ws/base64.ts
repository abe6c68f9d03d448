import { ProtocolError } from "../../protocol/mod.ts";
import { base64Bytes } from "../base64.ts";

/**
 * Decodes the picture of `input_video_frame.append`.
 *
 * @throws {ProtocolError} `invalid_value`
 */
export function decodeBase64(text: string): Buffer {
  const bytes = base64Bytes(text);
  if (bytes !== null) return bytes;
  const message = "The field image of input_video_frame.append is wrong. It must be base64.";
  throw new ProtocolError("invalid_value", message, { param: "image" });
}
