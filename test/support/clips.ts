import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";

const root = join(import.meta.dirname, "../..");

/** The clips that the page plays. */
export const SAMPLE_DIR = join(root, "client/sample");
export const SAMPLE_CLIP = join(SAMPLE_DIR, "street.mp4");

/** Clips that the model was not trained on, with labels of what happens in them. */
export const LABELLED_CLIPS = join(root, "bench/clips");

const shared = join(root, "../shared");
const real = {
  clip: join(shared, "video/car-detection.mp4"),
  labels: join(shared, "video/car-detection.events.json"),
  score: join(shared, "score-events.mjs"),
};

/** A real clip with labels and a scorer, in a folder beside the checkout; null when they are not there. */
export const realClip = Object.values(real).every((path) => existsSync(path)) ? real : null;
if (realClip === null) console.warn(`No real clip at ${real.clip}: the tests on real video are skipped.`);

/** The first seconds of a clip as JPEG pictures, as a camera would send them: `fps` a second. */
export async function jpegsOf(clip: string, fps: number, seconds: number): Promise<Buffer[]> {
  const { path } = await resolveFfmpeg();
  const dir = await mkdtemp(join(tmpdir(), "thinkalong-jpegs-"));
  const output = ["-t", String(seconds), "-vf", `fps=${fps}`, "-q:v", "4", join(dir, "%05d.jpg")];
  await promisify(execFile)(path, ["-nostdin", "-loglevel", "error", "-i", clip, ...output]);
  const pictures = await Promise.all((await readdir(dir)).sort().map((name) => readFile(join(dir, name))));
  await rm(dir, { recursive: true });
  return pictures;
}
