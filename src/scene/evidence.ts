import { type SceneChange, sceneChange } from "./match.ts";
import { commonMotion, type SceneMotion } from "./motion.ts";
import type { ScenePicture } from "./picture.ts";
import type { SceneThresholds } from "./thresholds.ts";

/**
 * How a picture changed from the pictures before it.
 * - `calm`: most of it stands still.
 * - `moving`: most of it follows one motion.
 * - `replaced`: nothing of the earlier picture is found in it.
 * - `noisy`: the light is as before, but no texture of the earlier picture is found.
 * - `changing`: most of it changed, in none of these ways.
 */
export type SceneChangeKind = "calm" | "moving" | "replaced" | "noisy" | "changing";

/** The pictures of a unit and of some time before it. */
export interface SceneView {
  /** The unit's last picture. */
  readonly now: ScenePicture;
  /** Computes the unit's first picture. It is called only if the last picture does not decide. */
  readonly first: () => ScenePicture;
  /** Last picture of the unit before; null for a stream's first unit. */
  readonly before: ScenePicture | null;
  /** The picture of about two seconds before. */
  readonly longBefore: ScenePicture | null;
}

/** What kind of change a unit shows. */
export function changeKind(
  { now, first, before, longBefore }: SceneView,
  thresholds: SceneThresholds,
): SceneChangeKind {
  if (before === null) return "calm";
  const change = sceneChange(before, now);
  if (change.blocks < thresholds.fewestBlocks) return "calm";
  if (change.changed < thresholds.movedChanged) return slowly(now, longBefore, thresholds);
  const motion = commonMotion(before, now);
  if (isMotion(motion, thresholds.motionCells, thresholds)) return "moving";
  // From unit to unit a fast motion leaves the range of the search; from frame to frame it does not.
  if (motion.lost >= thresholds.fastLost) {
    const fast = commonMotion(first(), now);
    if (isMotion(fast, thresholds.motionCells, thresholds)) return "moving";
  }
  const isNew = isReplaced(change, motion, thresholds);
  if (!isNew && !isNoise(now, change, motion, thresholds)) {
    const slow = slowly(now, longBefore, thresholds);
    return slow === "calm" && isChanging(change, thresholds) ? "changing" : slow;
  }
  return isNew ? "replaced" : "noisy";
}

/** Whether two pictures of one stream have nothing in common. */
export function isOther(before: ScenePicture, now: ScenePicture, thresholds: SceneThresholds): boolean {
  const change = sceneChange(before, now);
  return (
    change.blocks >= thresholds.fewestBlocks && isReplaced(change, commonMotion(before, now), thresholds)
  );
}

function isReplaced({ changed, shaded }: SceneChange, { lost }: SceneMotion, t: SceneThresholds): boolean {
  return changed >= t.replacedChanged && lost >= t.replacedLost && shaded >= t.replacedShaded;
}

function isNoise(
  { detail }: ScenePicture,
  { changed, alike }: SceneChange,
  { lost }: SceneMotion,
  t: SceneThresholds,
): boolean {
  return detail >= t.noiseDetail && changed >= t.noiseChanged && lost >= t.noiseLost && alike < t.noiseAlike;
}

/** A slow pan shows as a motion only over a longer time. */
function slowly(now: ScenePicture, longBefore: ScenePicture | null, t: SceneThresholds): SceneChangeKind {
  if (longBefore === null) return "calm";
  const change = sceneChange(longBefore, now);
  if (change.changed < t.movedChanged) return "calm";
  if (isMotion(commonMotion(longBefore, now), t.slowMotionCells, t)) return "moving";
  return isChanging(change, t) ? "changing" : "calm";
}

function isChanging({ changed, alike }: SceneChange, t: SceneThresholds): boolean {
  return changed >= t.changingChanged && alike < t.changingAlike;
}

function isMotion(
  { following, around, cells, bend }: SceneMotion,
  least: number,
  t: SceneThresholds,
): boolean {
  const isCommon = following >= t.motionFollowing || around >= t.motionAround;
  return isCommon && (cells >= least || bend >= t.bendCells);
}

/** Whether a picture is too dark to see anything. */
export function isDark({ mean, spread }: ScenePicture, t: SceneThresholds): boolean {
  return mean < t.darkMean && spread < t.darkSpread;
}

/** Whether a picture shows nothing, though it is not dark: a covered lens, fog, a blank signal. */
export function isCovered({ detail }: ScenePicture, t: SceneThresholds): boolean {
  return detail < t.coveredDetail;
}

/**
 * Whether a picture is drawn: large areas of exactly one tone, or of rows or columns that repeat, beside many edges or
 * nearly everywhere. A clean wall is flat, too, but its light falls off, so it has many tones.
 */
export function isScreen({ flat, tones, ruled, sharp, spread }: ScenePicture, t: SceneThresholds): boolean {
  if (spread < t.screenSpread || (tones < t.screenTones && ruled < t.screenRuled)) return false;
  return flat >= t.screenAllFlat || (flat >= t.screenFlat && sharp >= t.screenSharp);
}
