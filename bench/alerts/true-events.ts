import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MeasureError } from "../lib/errors.ts";
import { happenings, type LabelledClip } from "../lib/labelled-clips.ts";

/** Something that happened in a clip, whoever labelled it. Of what a person was not sure of, all is listed that may be. */
export interface TrueEvent {
  /** s of the video */
  readonly atS: number;
  readonly verb: string;
  readonly kind: string | null;
  readonly colours: readonly string[];
  /** Sides or directions; empty where none is labelled. */
  readonly places: readonly string[];
  readonly otherKind: string | null;
}

/** A clip, and all that happened in it. */
export interface TrueClip {
  readonly video: string;
  readonly path: string;
  readonly seconds: number;
  readonly events: readonly TrueEvent[];
}

/** What a rendered clip's labels say. */
export function trueClip(clip: LabelledClip): TrueClip {
  const events = happenings(clip).map(({ atS, verb, kind, colour, place, other }) => ({
    ...{ atS, verb, kind },
    colours: colour === null ? [] : [colour],
    places: place === null ? [] : [place],
    otherKind: other?.kind ?? null,
  }));
  return { video: clip.video, path: clip.path, seconds: clip.seconds, events };
}

const labels = z.object({
  events: z.array(
    z.object({
      t: z.number(),
      event: z.string(),
      where: z.string().nullish(),
      whereAny: z.array(z.string()).nullish(),
      kind: z.string().nullish(),
      object: z.string().nullish(),
      colour: z.string().nullish(),
      colours: z.array(z.string()).nullish(),
    }),
  ),
});

/** Verbs that real videos are labelled with. What else happens in them is not labelled. */
export const REAL_VERBS: ReadonlySet<string> = new Set(["enters", "leaves", "stops", "put down", "taken"]);

/**
 * The real videos of a folder that have labels beside them: NAME.mp4 and NAME.events.json.
 *
 * @throws {MeasureError} when there is none, or labels cannot be read
 */
export async function realClips(dir: string): Promise<TrueClip[]> {
  const names = await readdir(dir).catch((cause) => {
    throw new MeasureError("clips_missing", `There is no folder of videos at ${dir}.`, { cause });
  });
  const labelled = names.filter((name) => name.endsWith(".events.json")).sort();
  if (labelled.length === 0)
    throw new MeasureError("clips_empty", `${dir} has no NAME.events.json beside a NAME.mp4.`);
  return await Promise.all(labelled.map((name) => readClip(dir, name)));
}

async function readClip(dir: string, name: string): Promise<TrueClip> {
  const video = name.replace(/\.events\.json$/, ".mp4");
  const path = join(dir, video);
  await access(path).catch((cause) => {
    throw new MeasureError("video_missing", `${name} has no video ${path} beside it.`, { cause });
  });
  const read = labels.safeParse(JSON.parse(await readFile(join(dir, name), "utf8")));
  if (!read.success)
    throw new MeasureError("labels_invalid", `${join(dir, name)} is not a valid label file.`);
  const events = read.data.events.map(({ t, event, where, whereAny, kind, object, colour, colours }) => ({
    atS: t,
    verb: event === "put" ? "put down" : event,
    // `car 2`
    kind: kind ?? object?.split(" ")[0] ?? null,
    colours: (colours ?? (colour ? [colour] : [])).map((each) => (each === "silver" ? "grey" : each)),
    places: whereAny ?? (where ? [where] : []),
    otherKind: null,
  }));
  return { video, path, seconds: Number.POSITIVE_INFINITY, events };
}
