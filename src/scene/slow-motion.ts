import { sceneChange } from "./match.ts";
import { commonMotion, type SceneMotion } from "./motion.ts";
import type { ScenePicture } from "./picture.ts";
import type { SceneThresholds } from "./thresholds.ts";

/** A picture that is kept for some seconds. */
interface Kept {
  readonly picture: ScenePicture;
  /** Media time (ms). */
  readonly atMs: number;
  /** How the picture moved since the one that was kept before it; null for the first. */
  readonly motion: SceneMotion | null;
}

/** Number of pictures that are kept: the motion between two of them, and up to now, is looked at. */
const KEPT = 3;

/**
 * Recognises a camera that moves so slowly that nothing is seen of it within a second or two, as one does that follows
 * somebody who walks far away. Pictures some seconds apart are compared, and the motion must go on from one to the next:
 * a camera that was pushed once has moved, but does not move.
 */
export class SlowMotion {
  private kept: Kept[] = [];

  constructor(private readonly thresholds: SceneThresholds) {}

  /** Looks at the last picture of a unit. Returns whether the whole picture has been moving for some seconds. */
  sees(now: ScenePicture, atMs: number): boolean {
    const moves = this.moves(now);
    const last = this.kept.at(-1);
    if (last === undefined || atMs - last.atMs >= 1000 * this.thresholds.creepS) {
      this.kept.push({ picture: now, atMs, motion: last ? commonMotion(last.picture, now) : null });
      if (this.kept.length > KEPT) this.kept.shift();
    }
    return moves;
  }

  /** Forgets all pictures: they say nothing about what comes. */
  clear(): void {
    this.kept = [];
  }

  private moves(now: ScenePicture): boolean {
    const t = this.thresholds;
    if (this.kept.length < KEPT) return false;
    const [old, middle] = this.kept as [Kept, Kept];
    if (!this.isMotion(middle.motion!)) return false;
    const { blocks, changed } = sceneChange(old.picture, now);
    if (blocks < t.creepBlocks || changed < t.movedChanged) return false;
    const motion = commonMotion(middle.picture, now);
    return this.isMotion(motion) && isOnward(middle.motion!, motion);
  }

  private isMotion({ following, x, y }: SceneMotion): boolean {
    const t = this.thresholds;
    return following >= t.creepFollowing && Math.hypot(x, y) >= t.creepCells;
  }
}

/** Whether two motions go the same way, within 45 degrees. */
function isOnward(a: SceneMotion, b: SceneMotion): boolean {
  return a.x * b.x + a.y * b.y >= Math.SQRT1_2 * Math.hypot(a.x, a.y) * Math.hypot(b.x, b.y);
}
