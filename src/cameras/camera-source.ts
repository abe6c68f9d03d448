import { PulledVideo, type Source } from "../streams/mod.ts";

/** Where a camera's video comes from. */
export interface CameraSourceOptions {
  readonly url: string;
  readonly transport?: "tcp" | "udp";
  /** Between two pictures of a URL that gives one at a time (ms). */
  readonly interval?: number;
  readonly inputFps?: number;
  readonly loop?: boolean;
  readonly watch?: boolean;
  readonly mask?: readonly (readonly (readonly [number, number])[])[];
}

// TO BE REPLACED at the merge by `cameraSource` of src/streams/mod.ts, which has the same signature and knows all options.
export function cameraSource({ url, inputFps }: CameraSourceOptions): Source {
  const reconnect = /^(?!file:)[a-z][a-z0-9+.-]+:/i.test(url);
  return new PulledVideo({ input: url, pace: "realtime", reconnect, ...(inputFps && { inputFps }) });
}
