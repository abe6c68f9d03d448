import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Clause, sayable, VERBS } from "../../src/alerts/mod.ts";
import { MeasureError } from "./errors.ts";
import type { Timed } from "./match-claims.ts";

/** Held-out clips that come with the source. */
export const LABELLED_CLIPS_DIR = fileURLToPath(new URL("../clips", import.meta.url));

const seconds = z.number().nonnegative();

const event = z.object({
  /** When it happened (s of the video). */
  t: seconds,
  verb: z.enum(VERBS as [string, ...string[]]),
  /** Side or direction, where the verb has one. */
  place: z.string().nullable(),
  /** Of the one who does it; null when it is the whole scene. */
  colour: z.string().nullable(),
  kind: z.string().nullable(),
  /** Whom it was done with. */
  other: z.object({ colour: z.string().nullable(), kind: z.string().nullable() }).nullish(),
});

const FAMILIES = ["dynamics", "causal", "theme", "counting", "time", "other"] as const;

const question = z.object({
  /** When it is asked (s of the video). */
  t: seconds,
  kind: z.string(),
  family: z.enum(FAMILIES).optional(),
  ask: z.string().min(1),
  answer: z.string(),
  /** From the oldest event that the answer rests on to the question (s). */
  oldestS: seconds.nullish(),
  /** The true number of seconds, where the answer is a duration. */
  seconds: seconds.nullish(),
});

const labels = z.object({
  video: z.string().min(1),
  seed: z.number().optional(),
  seconds: z.number().positive(),
  /** What is new in it: only the random seed, or combinations that training had not. */
  split: z.enum(["seeds", "combinations"]).optional(),
  theme: z.string().optional(),
  events: z.array(event),
  questions: z.array(question),
});

export type LabelledEvent = z.infer<typeof event>;
export type LabelledQuestion = z.infer<typeof question>;
export type QuestionFamily = (typeof FAMILIES)[number];

/** A labelled event: what of it a clause can say, and when it happened. */
export type Happening = LabelledEvent & Clause & Timed;

/** A clip that the model was not trained on, and what is true of it. Times are seconds of the video. */
export type LabelledClip = z.infer<typeof labels> & { readonly path: string };

/**
 * The clips of a folder that have a JSON of labels beside them (training/stages/clips.py), in order of their names;
 * events and questions in order of time.
 *
 * @throws {MeasureError} when there is no such folder or no clip in it, or when a label file or its video cannot be used
 */
export async function labelledClips(dir: string): Promise<LabelledClip[]> {
  const names = await readdir(dir).catch((cause) => {
    throw new MeasureError("clips_missing", `There is no folder of clips at ${dir}.`, { cause });
  });
  const labelled = names.filter((name) => name.endsWith(".json")).sort();
  if (labelled.length === 0) {
    const message = `${dir} has no labelled clips: put NAME.json with events and questions beside each NAME.mp4.`;
    throw new MeasureError("clips_empty", message);
  }
  return Promise.all(labelled.map((name) => readClip(dir, name)));
}

/** What happened in a clip, as clauses can say it. */
export function happenings({ events }: Pick<LabelledClip, "events">): Happening[] {
  return events.map((event) => sayable({ ...event, other: event.other ?? null, atS: event.t }));
}

async function readClip(dir: string, name: string): Promise<LabelledClip> {
  const file = join(dir, name);
  const read = labels.safeParse(await readJson(file));
  if (!read.success) {
    const problems = read.error.issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`);
    throw new MeasureError("labels_invalid", `${file} is not a valid label file: ${problems.join("; ")}.`);
  }
  const clip = read.data;
  const path = join(dir, clip.video);
  await access(path).catch((cause) => {
    throw new MeasureError("video_missing", `${file} names a video that does not exist: ${path}.`, { cause });
  });
  const byTime = <T extends { readonly t: number }>(list: readonly T[]) =>
    [...list].sort((a, b) => a.t - b.t);
  return { ...clip, path, events: byTime(clip.events), questions: byTime(clip.questions) };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    const message = `${file} cannot be read as JSON: ${(cause as Error).message}`;
    throw new MeasureError("labels_unreadable", message, { cause });
  }
}
