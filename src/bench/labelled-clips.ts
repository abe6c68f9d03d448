import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const labels = z.object({
  video: z.string(),
  seconds: z.number(),
  events: z.array(
    z.object({
      t: z.number(),
      verb: z.string(),
      place: z.string().nullable(),
      colour: z.string(),
      kind: z.string(),
    }),
  ),
  questions: z.array(z.object({ t: z.number(), kind: z.string(), ask: z.string(), answer: z.string() })),
});

/** A clip that the model was not trained on, and what is true of it. Times are seconds of the video. */
export type LabelledClip = z.infer<typeof labels> & { readonly path: string };

/** The clips of a folder that have a JSON of labels beside them (training/stages/clips.py), in order of their names. */
export async function labelledClips(dir: string): Promise<LabelledClip[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(
    names.map(async (name) => {
      const clip = labels.parse(JSON.parse(await readFile(join(dir, name), "utf8")));
      return { ...clip, path: join(dir, clip.video) };
    }),
  );
}
