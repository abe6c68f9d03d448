import { IngestError } from "./errors.ts";

/** How the pictures of a video are decoded. */
export interface Decoding {
  /**
   * Which pictures are decoded. `keyframes`: only those that refer to no other, one every second or so of most cameras.
   * Each comes at its own time, and no others come in between. Default: `all`.
   */
  readonly decode?: "all" | "keyframes" | undefined;
  /**
   * What decodes in place of the processor: `auto` takes what there is, else the processor; a name, such as `vaapi` or
   * `cuda`, is one of those that `ffmpeg -hwaccels` lists. Default: `none`.
   */
  readonly hwaccel?: string | undefined;
}

/** What a method of decoding may be called. It becomes an argument of ffmpeg. */
export const HWACCEL_NAME = /^[a-z0-9_]{1,32}$/;

/**
 * The options of ffmpeg for an input. No picture refers to a later one when key frames are all that is decoded, so none
 * need be held back until the next has come.
 *
 * @throws {IngestError} `option_out_of_range` for a name that cannot be one
 */
export function decoderOptions({ decode = "all", hwaccel = "none" }: Decoding): string[] {
  if (!HWACCEL_NAME.test(hwaccel)) {
    const message = `hwaccel is ${JSON.stringify(hwaccel)}. It must be auto, none, or a name that ffmpeg -hwaccels lists, such as vaapi.`;
    throw new IngestError("option_out_of_range", message);
  }
  return [
    ...(decode === "keyframes" ? ["-skip_frame", "nokey", "-flags", "low_delay"] : []),
    ...(hwaccel === "none" ? [] : ["-hwaccel", hwaccel]),
  ];
}
