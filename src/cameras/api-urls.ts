import { IngestError, type NetworkPolicy, requireAllowed as requireAllowedUrl } from "../ingest/mod.ts";
import { CameraError } from "./errors.ts";

/**
 * Refuses an address that somebody may not name over the API: files, folders and devices are for whoever runs the server,
 * and so is what the policy forbids. Every place that takes one from there calls this first. What protects is the check at
 * each connection, which the camera's source makes.
 *
 * @throws {CameraError} `url_refused`
 */
export async function requireAllowed(url: string, network: NetworkPolicy): Promise<void> {
  try {
    await requireAllowedUrl(url, network);
  } catch (cause) {
    if (!(cause instanceof IngestError)) throw cause;
    // A name may be known later. A camera is waited for, and each connection is checked.
    if (cause.code === "url_unreachable") return;
    throw new CameraError("url_refused", cause.message, { key: "url", cause });
  }
}
