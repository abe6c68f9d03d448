import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Observable } from "rxjs";
import { IngestError, messageOf } from "./errors.ts";
import type { Frame } from "./frame.ts";
import { type OpenVideoOptions, openVideo } from "./video-source.ts";

export interface SentVideoOptions
  extends Omit<OpenVideoOptions, "network" | "live" | "startedAtMs" | "sent" | "transport"> {
  /** Most pixels of a picture. */
  readonly maxPixels: number;
}

/**
 * Plays a video that somebody has sent who is not trusted: a whole file, in memory. It must hold its video itself
 * (playlists are refused), in a common codec. While it is played it lies in a temporary folder that only this user can
 * read, because many containers have their index at their end.
 *
 * @example
 * openSentVideo(bytes, { width: 64, height: 64, fps: 4, pace: "max", maxPixels: 4096 * 4096 }).subscribe(see);
 * @throws {IngestError} as an error of the observable: as `openVideo`, and `temporary_file_failed`
 */
export function openSentVideo(
  bytes: Uint8Array,
  { maxPixels, ...options }: SentVideoOptions,
): Observable<Frame> {
  return new Observable((subscriber) => {
    const kept = keep(bytes);
    kept.then(
      ({ path }) => {
        if (!subscriber.closed)
          subscriber.add(
            openVideo(path, { ...options, live: false, sent: { maxPixels } }).subscribe(subscriber),
          );
      },
      (error) => subscriber.error(error),
    );
    return () => void kept.then(({ remove }) => remove()).catch(() => {});
  });
}

async function keep(bytes: Uint8Array): Promise<{ path: string; remove: () => Promise<void> }> {
  let folder: string | null = null;
  const remove = async () => {
    if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    folder = await mkdtemp(join(tmpdir(), "thinkalong-sent-"));
    const path = join(folder, "video");
    await writeFile(path, bytes, { mode: 0o600 });
    return { path, remove };
  } catch (cause) {
    await remove().catch(() => {});
    const message = `The video that was sent could not be kept while it is decoded (${messageOf(cause)}). The operator of the server must give it a folder for temporary files that can be written (TMPDIR).`;
    throw new IngestError("temporary_file_failed", message, { cause });
  }
}
