import { lastValueFrom, toArray } from "rxjs";
import type { ModelInfo } from "../../src/engine/mod.ts";
import { type Frame, openVideo } from "../../src/ingest/mod.ts";

/**
 * All frames of a video, at a model's size and rate.
 *
 * @throws {IngestError} when it cannot be read
 */
export async function framesOf(
  { width, height, fps }: Pick<ModelInfo, "width" | "height" | "fps">,
  path: string,
  signal: AbortSignal,
): Promise<Frame[]> {
  return await lastValueFrom(openVideo(path, { width, height, fps, pace: "max", signal }).pipe(toArray()));
}
