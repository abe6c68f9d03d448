import type { Scene } from "../scene/mod.ts";
import { SCENE_ADVICE } from "../scene/mod.ts";
import type { SceneChanged } from "./events.ts";

/** Most changes that are remembered. An answer is marked by the scene at its unit, which may be some time ago. */
const REMEMBERED = 256;

/** Remembers at which units the scene of a stream was unfamiliar, and makes an event of every change. */
export class SceneLog {
  private readonly changes: { readonly unit: number; readonly unfamiliar: boolean }[] = [];
  private reason: Scene["reason"] = null;

  /** Whether the scene was unfamiliar at a unit; false before the first change. */
  unfamiliarAt(unit: number): boolean {
    return this.changes.findLast((change) => change.unit <= unit)?.unfamiliar ?? false;
  }

  /** Takes the state of the scene at a unit. Returns an event when it has changed; else null. */
  take(scene: Scene | null, unit: number, mediaTimeMs: number): SceneChanged | null {
    const reason = scene?.reason ?? null;
    if (reason === this.reason) return null;
    this.reason = reason;
    this.changes.push({ unit, unfamiliar: reason !== null });
    if (this.changes.length > REMEMBERED) this.changes.shift();
    return {
      type: "scene.changed",
      status: reason === null ? "familiar" : "unfamiliar",
      reason,
      message: SCENE_ADVICE[reason ?? "familiar"],
      unit,
      mediaTimeMs,
      sinceMs: scene?.sinceMs ?? mediaTimeMs,
    };
  }
}
