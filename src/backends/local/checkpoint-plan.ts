import type { CheckpointManifest } from "../../models/mod.ts";
import type { CachedTime, StepSpeed } from "../../reasoner/mod.ts";
import type { TowerSpeed } from "../../vision/mod.ts";
import { thoughtRoom, timeAt } from "./unit-cost.ts";
import { planWindow, type WindowPlan, windowChoices } from "./window-plan.ts";

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
/** Cached tokens of the longer time that people are told. */
const LONG = 1000;
/** Fewest tokens that a thought may have. Fewer cut most sentences off. */
const LEAST_THOUGHT = 16;

/**
 * Chooses how often and how large pictures are looked at, and how many are kept: the highest rate, with it the largest
 * size, and with that the longest window, with which both workers keep up as measured at the start. A wish is kept
 * whatever it costs.
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
  const sizes = wishes.side === undefined ? towers : [nearest(towers, wishes.side)];
  const rates =
    wishes.fps === undefined ? [vision.fps, ...SLOWER.filter((rate) => rate < vision.fps)] : [wishes.fps];
  const windows = windowChoices(manifest, wishes.windowUnits);
  const choices = rates.flatMap((fps) =>
    sizes.flatMap((tower) => windows.map((units) => choiceOf(fps, tower, units))),
  );
  function choiceOf(fps: number, tower: TowerSpeed, units: number) {
    const window = planWindow(manifest, tower.tokens, units);
    const unitMs = (1000 * vision.temporal_patch) / fps;
    const load = { unitMs, tokens: tower.tokens, windowUnits: window.units };
    const { words, fits } = thoughtRoom(manifest, step, load);
    return { fps, tower, window, unitMs, words, keepsUp: tower.ms <= TOWER_SHARE * unitMs && fits };
  }
  const chosen = choices.find(({ keepsUp }) => keepsUp) ?? choices.at(-1)!;
  const { fps, tower, window, words } = chosen;
  const { side, tokens } = tower;
  const most = manifest.thinking.thought_tokens;
  const thoughtTokens = Math.max(LEAST_THOUGHT, Math.min(most, words));
  const because = explain(manifest, towers, step, wishes, { ...chosen, thoughtTokens });
  return { side, fps, tokens, windowUnits: window.units, thoughtTokens, because };
}

interface Choice {
  readonly fps: number;
  readonly tower: TowerSpeed;
  readonly window: WindowPlan;
  readonly unitMs: number;
  readonly keepsUp: boolean;
  readonly thoughtTokens: number;
}

/** What was measured and chosen, in whole sentences. */
function explain(
  manifest: CheckpointManifest,
  towers: readonly TowerSpeed[],
  { rowMs, tokenMs }: StepSpeed,
  wishes: LocalWishes,
  { fps, tower, window, unitMs, keepsUp, thoughtTokens }: Choice,
): string {
  const { side, tokens, ms } = tower;
  const usual = manifest.cache.visual_window_units;
  const late = manifest.cache.mask === "streamed" ? ", and thoughts left out as late" : "";
  const long = (time: CachedTime) => round(timeAt(time, LONG));
  const sentences = [
    `On this machine the vision tower takes ${round(ms)} ms for a unit of ${side} px, the transformer ${round(rowMs.base)} ms for each token that it reads and ${round(tokenMs.base)} ms for each that it says (${long(rowMs)} and ${long(tokenMs)} ms once ${LONG} tokens are cached).`,
    `So the model looks at ${round(fps)} frame${fps === 1 ? "" : "s"} a second, keeps ${window.units} unit${window.units === 1 ? "" : "s"} of ${round(tokens)} tokens, and thinks up to ${thoughtTokens} tokens about each.`,
  ];
  if (wishes.side !== undefined && wishes.side !== side)
    sentences.push(
      `Of the sizes that it has (${towers.map((each) => each.side).join(", ")} px), ${side} px is the nearest to ${wishes.side} px.`,
    );
  if (window.because !== null) sentences.push(window.because);
  else if (wishes.windowUnits === undefined && window.units < usual)
    sentences.push(
      `It would keep ${usual} units if there were time to look at them; --window keeps more at the cost of thoughts.`,
    );
  if (!keepsUp)
    sentences.push(
      `It does not keep up even so (a unit lasts ${round(unitMs)} ms): frames will be dropped${late}.`,
    );
  return sentences.join(" ");
}

function round(x: number): string {
  return x >= 10 ? String(Math.round(x)) : String(Number(x.toPrecision(2)));
}

/** Of two sizes that are equally near, the smaller one, which costs less. */
function nearest(towers: readonly TowerSpeed[], side: number): TowerSpeed {
  return towers.toSorted((a, b) => Math.abs(a.side - side) - Math.abs(b.side - side) || a.side - b.side)[0]!;
}
