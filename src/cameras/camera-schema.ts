import { z } from "zod";
import { HWACCEL_NAME, maskSchema, zonesSchema } from "../ingest/mod.ts";
import { CLIENT_MESSAGES } from "../protocol/mod.ts";
import { isStreamName } from "../streams/mod.ts";

/** Most characters of a camera's address. */
const MAX_URL_CHARS = 4096;

const settings = CLIENT_MESSAGES["session.update"].shape.session.shape;

/** A camera's name, which is the id of its stream too. */
export const cameraName = z
  .string()
  .refine(isStreamName, {
    error:
      "It is not a name that a camera may have: a letter or digit, then up to 63 letters, digits, -, _ and dots. It may not begin with session_.",
  })
  .describe("Its name, which is the id of its stream.");

/** One camera: where its video comes from, and how its stream thinks. The config file and the HTTP API take the same. */
export const cameraSchema = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(MAX_URL_CHARS)
    .describe(
      "Where its video comes from: an `rtsp(s)` or `http(s)` URL, or a file. Over the API, URLs alone are taken. A name and password may stand in it; they are never shown.",
    ),
  transport: z
    .enum(["tcp", "udp"])
    .optional()
    .describe("How RTSP carries the video. Default: TCP, and UDP where the camera has no other."),
  decode: z
    .enum(["all", "keyframes"])
    .optional()
    .describe(
      "Which pictures of a video are decoded. `keyframes`: only those that a camera sends whole, one in a second or so; that costs a fraction of the processor's time. Default: `all`.",
    ),
  hwaccel: z
    .string()
    .regex(HWACCEL_NAME, {
      error: "It must be `auto`, `none`, or a name that `ffmpeg -hwaccels` lists, such as `vaapi`.",
    })
    .optional()
    .describe(
      "What decodes a video in place of the processor: `auto` for what there is, or a name that `ffmpeg -hwaccels` lists, such as `vaapi` or `cuda`. Default: `none`.",
    ),
  interval: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .describe("Of a folder, or of a URL that gives one picture at a time: seconds between two pictures."),
  input_fps: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe("Frames a second of a file whose frames have no times. Default: what its headers say."),
  loop: z
    .boolean()
    .optional()
    .describe("Of a file or a folder: whether it begins again at its end. Default: false."),
  watch: z
    .boolean()
    .optional()
    .describe(
      "Of a folder: whether to take the pictures that come into it, instead of those that are there. Default: false.",
    ),
  mask: maskSchema
    .optional()
    .describe(
      "Areas that nobody sees, not even the model: each a list of corners `[x, y]`, as shares of the width and the height from the top left.",
    ),
  zones: zonesSchema
    .optional()
    .describe(
      "Parts of the picture that have a name, in the same form. `GET /v1/streams` tells them, for programs that show or count something there.",
    ),
  enabled: z
    .boolean()
    .optional()
    .describe("Whether it is opened. One that is not is listed only. Default: true."),
  // A camera has no end, so nothing could be thought about it in the batch paradigm.
  paradigm: z
    .enum(["streamed", "interleaved"])
    .optional()
    .describe("Whether vision and reasoning run side by side, or in strict turn. Default: `streamed`."),
  fps: settings.fps,
  windows: z
    .strictObject(settings.windows.unwrap().shape)
    .optional()
    .describe(settings.windows.description ?? ""),
  budgets: z
    .strictObject(settings.budgets.unwrap().shape)
    .optional()
    .describe(settings.budgets.description ?? ""),
  temperature: settings.temperature,
  seed: settings.seed,
  max_inflight: settings.max_inflight,
  scene_monitor: settings.scene_monitor,
  stats_interval_ms: settings.stats_interval_ms,
  instructions: settings.instructions,
});

/** What a camera is, as the config file, the API and the state file say it. */
export type CameraEntry = z.infer<typeof cameraSchema>;

/** Cameras by name. */
export const camerasSchema = z.record(cameraName, cameraSchema);

/** The parts of an entry that are settings of the stream. */
export function settingsOf(entry: CameraEntry) {
  const { url, transport, decode, hwaccel, interval, input_fps, loop, watch, ...other } = entry;
  const { mask, zones, enabled, ...settings } = other;
  return settings;
}
