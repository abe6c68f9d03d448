import type { CheckpointManifest } from "../../models/mod.ts";
import type { StepSpeed } from "../../reasoner/mod.ts";
import type { TowerSpeed } from "../../vision/mod.ts";
import { planWindow } from "./window-plan.ts";

/** What the user has fixed of how a model looks. */
export interface LocalWishes {
  /** Frames a second. */
  readonly fps?: number | undefined;
  /** Longest side of a picture (px). The nearest that the model has is taken. */
  readonly side?: number | undefined;
  /** Units in the visual window; at most what the memory of a stream and the model's context hold. */
  readonly windowUnits?: number | undefined;
}

/** How a published checkpoint looks and thinks on this machine, so that it keeps up. */
export interface CheckpointPlan {
  /** Longest side of a picture (px). */
  readonly side: number;
  /** Frames a second. */
  readonly fps: number;
  /** Visual tokens of a unit. */
  readonly tokens: number;
  readonly windowUnits: number;
  /** Most tokens of a thought; also of what the model thinks before it, where it does. */
  readonly thoughtTokens: number;
  /** For people: what was chosen, and why. */
  readonly because: string;
}

/** Frame rates that are tried after the one that is aimed at (frames a second). */
const SLOWER = [1, 0.5, 0.2, 0.1, 0.05, 0.02];
/** Share of a unit's time that the tower may take, so that the worker keeps up with what takes longer than usual. */
const TOWER_SHARE = 0.7;
/** Share of a unit's time that prefill, decision and thought may take; the rest is for questions. */
const THINKING_SHARE = 0.8;
/** Fewer tokens cut most sentences off. */
const LEAST_THOUGHT = 16;
/** Rows of the two requests of a prompted model about a unit, as text. */
const REQUEST_ROWS = 60;

/**
 * Chooses how often and how large pictures are looked at: the highest rate, and with it the largest size, with which both
 * workers keep up as measured at the start. A wish is kept whatever it costs.
 *
 * @param towers what the tower takes for each of its sizes, the largest first
 */
export function planCheckpoint(
  manifest: CheckpointManifest,
  towers: readonly TowerSpeed[],
  step: StepSpeed,
  wishes: LocalWishes = {},
): CheckpointPlan {
  const vision = manifest.vision!;
  // Such a model thinks as long as it speaks, at the most.
  const parts = manifest.thinking.policy === "think-respond" ? 2 : 1;
  const sizes = wishes.side === undefined ? towers : [nearest(towers, wishes.side)];
  const rates =
    wishes.fps === undefined ? [vision.fps, ...SLOWER.filter((rate) => rate < vision.fps)] : [wishes.fps];
  const choices = rates.flatMap((fps) => sizes.map((tower) => ({ fps, tower, ...timesOf(fps, tower) })));
  function timesOf(fps: number, tower: TowerSpeed) {
    const unitMs = (1000 * vision.temporal_patch) / fps;
    const leftMs = THINKING_SHARE * unitMs - (tower.tokens + REQUEST_ROWS) * step.rowMs;
    const words = Math.floor(leftMs / step.tokenMs / parts);
    return { unitMs, words, keepsUp: tower.ms <= TOWER_SHARE * unitMs && words >= LEAST_THOUGHT };
  }
  const chosen = choices.find(({ keepsUp }) => keepsUp) ?? choices.at(-1)!;
  const { fps, tower, unitMs, words, keepsUp } = chosen;
  const { side, tokens } = tower;
  const most = manifest.thinking.thought_tokens;
  const thoughtTokens = Math.max(LEAST_THOUGHT, Math.min(most, words));
  const window = planWindow(manifest, tokens, wishes.windowUnits);
  const round = (x: number) => (x >= 10 ? String(Math.round(x)) : String(Number(x.toPrecision(2))));
  const late = manifest.cache.mask === "streamed" ? ", and thoughts left out as late" : "";
  const because = [
    `On this machine the vision tower takes ${round(tower.ms)} ms for a unit of ${side} px, the transformer ${round(step.rowMs)} ms for each token that it reads and ${round(step.tokenMs)} ms for each that it says.`,
    `So the model looks at ${round(fps)} frame${fps === 1 ? "" : "s"} a second, keeps ${window.units} unit${window.units === 1 ? "" : "s"} of ${round(tokens)} tokens, and thinks up to ${thoughtTokens} tokens about each.`,
    ...(wishes.side === undefined || wishes.side === side
      ? []
      : [
          `Of the sizes that it has (${towers.map((each) => each.side).join(", ")} px), ${side} px is the nearest to ${wishes.side} px.`,
        ]),
    ...(window.because === null ? [] : [window.because]),
    ...(keepsUp
      ? []
      : [`It does not keep up even so (a unit lasts ${round(unitMs)} ms): frames will be dropped${late}.`]),
  ].join(" ");
  return { side, fps, tokens, windowUnits: window.units, thoughtTokens, because };
}

/** Of two sizes that are equally near, the smaller one, which costs less. */
function nearest(towers: readonly TowerSpeed[], side: number): TowerSpeed {
  return towers.toSorted((a, b) => Math.abs(a.side - side) - Math.abs(b.side - side) || a.side - b.side)[0]!;
}
