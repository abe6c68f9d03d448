import { CameraError } from "./errors.ts";

/** What a camera over the API may be read with. Files, folders and devices are for whoever runs the server. */
const SCHEMES: ReadonlySet<string> = new Set(["rtsp:", "rtsps:", "http:", "https:"]);

/**
 * Refuses an address that somebody may not name over the API. Every place that takes one from there calls this first.
 *
 * @throws {CameraError} `url_refused`
 */
export async function requireAllowed(url: string): Promise<void> {
  if (URL.canParse(url) && SCHEMES.has(new URL(url).protocol) && new URL(url).hostname !== "") return;
  throw new CameraError(
    "url_refused",
    "Over the API, a camera's url must begin with rtsp://, rtsps://, http:// or https:// and a host. For a file, a folder or a device, use the config file or --camera.",
    { key: "url" },
  );
}
