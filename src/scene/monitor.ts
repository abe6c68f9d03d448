import { changeKind, isCovered, isDark, isOther, isScreen, type SceneChangeKind } from "./evidence.ts";
import { type ScenePicture, scenePicture } from "./picture.ts";
import { SCENE_REASONS, type SceneReason } from "./reasons.ts";
import { SlowMotion } from "./slow-motion.ts";
import { SCENE_THRESHOLDS, type SceneThresholds } from "./thresholds.ts";

/** The pictures of one unit of a stream. */
export interface SceneUnit {
  /** Media time of the last frame (ms). */
  readonly mediaTimeMs: number;
  /** Time from the previous frame to each frame (s). */
  readonly seconds: readonly number[];
  /** RGB bytes of the frames, in order, one after the other. */
  readonly frames: Uint8Array;
}

/** Whether a stream shows a scene of the kind that a model for fixed cameras knows. */
export interface Scene {
  /** Why the scene is unfamiliar; null if it is familiar. */
  readonly reason: SceneReason | null;
  /** Media time since when this holds (ms): that of the first sign, which is earlier than the decision. */
  readonly sinceMs: number;
}

/** Number of units that are kept for comparison: two seconds. */
const KEPT = 3;

/** Longest time that one unit can count for as evidence (s). */
const LONGEST_S = 2;

/** Weight of time without evidence against time with evidence. */
const FADE = 0.5;

/** The same for a motion of the whole picture, which is so rare with a fixed camera that its evidence lasts longer. */
const MOTION_FADE = 0.15;

/** Evidence is capped at this multiple of what is needed, so that a camera that moved for long must rest for a while. */
const MOST = 2;

/** Evidence as an amount of time. Once there is enough, the finding holds until no evidence is left. */
class Sustained {
  private level = 0;
  holds = false;
  /** Media time of the first sign (ms). */
  sinceMs = 0;

  /** @param fade weight of time without evidence against time with evidence */
  constructor(
    private readonly needed: number,
    private readonly fade = FADE,
  ) {}

  add(isSeen: boolean, seconds: number, atMs: number): void {
    if (isSeen && this.level === 0) this.sinceMs = atMs;
    const level = this.level + (isSeen ? seconds : -this.fade * seconds);
    this.level = Math.min(MOST * this.needed, Math.max(0, level));
    if (this.level >= this.needed) this.holds = true;
    if (this.level === 0) this.holds = false;
  }
}

/** A picture that was replaced. */
interface Cut {
  /** The picture before it was replaced. */
  readonly before: ScenePicture;
  /** Media time of the first unit that shows the new picture (ms). */
  readonly atMs: number;
}

/** Watches whether one stream still shows a fixed camera's scene. It must be given every unit, in order. */
export class SceneMonitor {
  private readonly pictures: ScenePicture[] = [];
  private readonly thresholds: SceneThresholds;
  private readonly sustained: Readonly<Record<"dark" | "covered" | "screen" | "noise" | "unrest", Sustained>>;
  /** Evidence of a moving picture. With it, a picture that changes all over counts as a moving camera. */
  private readonly motion: Sustained;
  private readonly slow: SlowMotion;
  private lastFrame: Uint8Array | null = null;
  /** Media time since when no byte has changed (ms). */
  private frozenSinceMs = 0;
  private cuts: Cut[] = [];
  /** The last calm picture, and the replacement that is being watched: it is a cut if the new picture stays. */
  private calm: ScenePicture | null = null;
  private suspect: Cut | null = null;
  private scene: Scene | null = null;

  /** @param thresholds those that differ from `SCENE_THRESHOLDS` */
  constructor(
    private readonly width: number,
    private readonly height: number,
    thresholds: Partial<SceneThresholds> = {},
  ) {
    const t = { ...SCENE_THRESHOLDS, ...thresholds };
    this.thresholds = t;
    this.sustained = {
      dark: new Sustained(t.darkS),
      covered: new Sustained(t.darkS),
      screen: new Sustained(t.screenS),
      noise: new Sustained(t.noiseS),
      unrest: new Sustained(t.movingS),
    };
    this.motion = new Sustained(t.motionS, MOTION_FADE);
    this.slow = new SlowMotion(t);
  }

  /** Looks at the stream's next unit and returns the state of the scene. */
  see({ frames, seconds, mediaTimeMs }: SceneUnit): Scene {
    const size = this.width * this.height * 3;
    const dt = Math.min(
      LONGEST_S,
      seconds.reduce((sum, s) => sum + s, 0),
    );
    if (!this.isSame(frames, size)) this.frozenSinceMs = mediaTimeMs;
    const now = scenePicture(frames.subarray(frames.length - size), this.width, this.height);
    const first = () => scenePicture(frames.subarray(0, size), this.width, this.height);
    const before = this.pictures.at(-1) ?? null;
    const change = changeKind({ now, first, before, longBefore: this.pictures[0] ?? null }, this.thresholds);
    const isCreeping = this.slow.sees(now, mediaTimeMs);
    const kind = change === "calm" && isCreeping ? "moving" : change;
    this.weigh(now, kind, dt, mediaTimeMs);
    this.noteCut(now, kind, before, mediaTimeMs);
    // Pictures from before a cut say nothing about motion after it.
    if (kind === "replaced") {
      this.pictures.length = 0;
      this.slow.clear();
    }
    this.pictures.push(now);
    if (this.pictures.length > KEPT) this.pictures.shift();
    return this.decide(mediaTimeMs);
  }

  private weigh(now: ScenePicture, kind: SceneChangeKind, dt: number, atMs: number): void {
    const { dark, covered, screen, noise, unrest } = this.sustained;
    const [isBlack, isBlank] = [isDark(now, this.thresholds), isCovered(now, this.thresholds)];
    dark.add(isBlack, dt, atMs);
    covered.add(isBlank && !isBlack, dt, atMs);
    screen.add(isScreen(now, this.thresholds), dt, atMs);
    noise.add(kind === "replaced" || kind === "noisy", dt, atMs);
    unrest.add(kind !== "calm", dt, atMs);
    this.motion.add(kind === "moving", dt, atMs);
  }

  /** A replaced picture is a cut only if it then stays. Somebody close to the lens, or a dark moment, is not a cut. */
  private noteCut(now: ScenePicture, kind: SceneChangeKind, before: ScenePicture | null, atMs: number): void {
    const { settleS, editedS, cutS } = this.thresholds;
    const other = this.calm ?? before;
    const wasThere = other !== null && !isCovered(other, this.thresholds);
    if (kind === "replaced" && wasThere) this.suspect ??= { before: other, atMs };
    const stands = kind === "calm" && !isCovered(now, this.thresholds);
    if (this.suspect !== null && (stands || atMs - this.suspect.atMs >= 1000 * settleS)) {
      if (isOther(this.suspect.before, now, this.thresholds)) this.addCut(this.suspect, now);
      this.suspect = null;
    }
    if (stands) this.calm = now;
    this.cuts = this.cuts.filter((cut) => atMs - cut.atMs < 1000 * Math.max(editedS, cutS));
  }

  /** If a cut soon leads back to the earlier picture, both cuts are dropped: something was in the way. */
  private addCut(cut: Cut, now: ScenePicture): void {
    const last = this.cuts.at(-1);
    const isSoon = last !== undefined && cut.atMs - last.atMs <= 1000 * this.thresholds.inTheWayS;
    if (isSoon && !isOther(last.before, now, this.thresholds)) this.cuts.pop();
    else this.cuts.push(cut);
  }

  private decide(mediaTimeMs: number): Scene {
    const { dark, covered, screen, noise, unrest } = this.sustained;
    const { editedS, editedCuts, cutS, frozenS } = this.thresholds;
    const lately = (seconds: number) =>
      this.cuts.flatMap(({ atMs }) => (mediaTimeMs - atMs < 1000 * seconds ? [atMs] : []));
    /** Media time since when each reason has held (ms); null if it does not hold. */
    const since: Readonly<Record<SceneReason, number | null>> = {
      dark: dark.holds ? dark.sinceMs : null,
      covered: covered.holds ? covered.sinceMs : null,
      frozen: mediaTimeMs - this.frozenSinceMs >= 1000 * frozenS ? this.frozenSinceMs : null,
      screen: screen.holds ? screen.sinceMs : null,
      noise: noise.holds ? noise.sinceMs : null,
      edited: lately(editedS).length >= editedCuts ? lately(editedS)[0]! : null,
      camera_moving: unrest.holds && this.motion.holds ? unrest.sinceMs : null,
      cut: lately(cutS)[0] ?? null,
    };
    const was = this.scene?.reason ?? null;
    // A reported reason stays while it holds, so that it does not flicker. Only a cut may become another reason.
    const stays = was !== null && was !== "cut" && since[was] !== null;
    const reason = stays ? was : (SCENE_REASONS.find((each) => since[each] !== null) ?? null);
    if (this.scene === null || reason !== was)
      this.scene = { reason, sinceMs: reason === null ? mediaTimeMs : since[reason]! };
    return this.scene;
  }

  /** Whether no byte of the unit's frames differs from the frame before. */
  private isSame(frames: Uint8Array, size: number): boolean {
    let same = this.lastFrame !== null;
    for (let at = 0; at < frames.length; at += size) {
      const before = this.lastFrame;
      const frame = frames.subarray(at, at + size);
      same &&= frame.every((byte, i) => byte === before![i]);
      this.lastFrame = frame;
    }
    return same;
  }
}
