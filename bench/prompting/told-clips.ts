import { readFile } from "node:fs/promises";
import { z } from "zod";

/** The clips that are measured; training/stages/sentences.py made them. */
export const TOLD_CLIPS = new URL("clips.json", import.meta.url);

const unit = z.int().nonnegative();
const files = z.object({
  unitSeconds: z.number().positive(),
  clips: z.array(
    z.object({
      seed: z.int(),
      units: z.int().positive(),
      says: z.array(z.tuple([unit, z.string()])),
      happens: z.array(z.tuple([unit, z.string()])),
    }),
  ),
});

/** A unit of a clip, as a sentence in place of a picture. */
export interface ToldUnit {
  readonly mediaTimeMs: number;
  /** What a camera would show. */
  readonly sentence: string;
  /** The sentence is that of the unit before. */
  readonly still: boolean;
  /** What happens in it, by the labels: `a red car stops`. */
  readonly happens: readonly string[];
}

export interface ToldClip {
  readonly seed: number;
  readonly units: readonly ToldUnit[];
}

/** The clips of a file, each unit with its sentence and its labels. */
export async function readToldClips(file: URL | string): Promise<ToldClip[]> {
  const { unitSeconds, clips } = files.parse(JSON.parse(await readFile(file, "utf8")));
  return clips.map(({ seed, units, says, happens }) => ({
    seed,
    units: Array.from({ length: units }, (_, at) => ({
      mediaTimeMs: at * unitSeconds * 1000,
      sentence: says.findLast(([since]) => since <= at)![1],
      still: at > 0 && says.every(([since]) => since !== at),
      happens: happens.flatMap(([when, what]) => (when === at ? [what] : [])),
    })),
  }));
}
