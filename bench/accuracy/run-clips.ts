import type { Engine } from "../../src/engine/mod.ts";
import { openVideo } from "../../src/ingest/mod.ts";
import type { FrameSource } from "../lib/frames.ts";
import type { LabelledClip } from "../lib/labelled-clips.ts";

/** How clips go through an engine. */
export interface RunOptions {
  /** Clips at once, each a stream of the engine. Few frames of each are in memory at a time. */
  readonly streams: number;
  readonly signal: AbortSignal;
  /** Is told how much of the clips (s of video, all together) has been played. */
  readonly onPlayed: (seconds: number) => void;
}

/** Plays one clip and tells what came of it. @param onFrame is to be told each frame's media time (s) */
export type PlayClip<T> = (
  clip: LabelledClip,
  frames: FrameSource,
  signal: AbortSignal,
  onFrame: (mediaTimeS: number) => void,
) => Promise<T>;

/**
 * Plays clips, decoded by the service's own ingest at the model's rate, a few at a time. Results are in the clips'
 * order. When one fails the others are stopped, and nothing runs any more when this rejects.
 *
 * @throws what `play` throws; the signal's reason when aborted
 */
export async function runClips<T>(
  engine: Engine,
  clips: readonly LabelledClip[],
  play: PlayClip<T>,
  { streams, signal, onPlayed }: RunOptions,
): Promise<T[]> {
  const { width, height, fps } = engine.model;
  const failed = new AbortController();
  const stopped = () => AbortSignal.any([signal, failed.signal]);
  const results: T[] = [];
  const playedS = new Array<number>(clips.length).fill(0);
  let next = 0;
  const worker = async () => {
    while (next < clips.length) {
      // One for each clip: a signal that all of them listen to would seem to leak listeners.
      const stop = stopped();
      if (stop.aborted) return;
      const i = next++;
      const clip = clips[i]!;
      const source: FrameSource = (ready$) =>
        openVideo(clip.path, { width, height, fps, pace: "max", ready$, signal: stop });
      results[i] = await play(clip, source, stop, (mediaTimeS) => {
        playedS[i] = Math.min(clip.seconds, mediaTimeS + 1 / fps);
        onPlayed(playedS.reduce((sum, seconds) => sum + seconds, 0));
      });
    }
  };
  const workers = Array.from({ length: Math.min(streams, clips.length) }, () =>
    worker().catch((error) => {
      failed.abort(error);
      throw error;
    }),
  );
  const ended = await Promise.allSettled(workers);
  signal.throwIfAborted();
  // What the others threw is that they were stopped.
  if (failed.signal.aborted) throw failed.signal.reason;
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return results;
}
