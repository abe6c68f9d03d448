import { AlertProblems, Alerts } from "../../src/alerts/mod.ts";
import type { Engine, ModelInfo } from "../../src/engine/mod.ts";
import { spreadOver } from "../accuracy/mod.ts";
import { labelledClips } from "../lib/labelled-clips.ts";
import { withEngine } from "../lib/with-engine.ts";
import { countRule, type RuleScore, scoreRule } from "./rule-scores.ts";
import { TESTED_RULES, type TestedRule } from "./rules.ts";
import { REAL_VERBS, realClips, type TrueClip, trueClip } from "./true-events.ts";
import { ALERT_LIMITS, watchClip } from "./watch-clip.ts";

export interface AlertsEvalOptions {
  /** Folder of labelled clips. */
  readonly clips: string;
  /** Folder of real videos with labels; null: none are played. */
  readonly real: string | null;
  /** Folder of the model's bundle. */
  readonly model: string;
  /** Threads of each worker's inference. */
  readonly threads: number;
  /** Clips at once, each a stream of the engine. */
  readonly streams: number;
  /** So many labelled clips, spread evenly over the folder; default: all. */
  readonly only?: number;
  readonly signal: AbortSignal;
  /** Is told how far it is (0 to 1) and what it does. */
  readonly onProgress: (fraction: number, text: string) => void;
}

/** What a rule came to. */
export interface ScoredRule {
  readonly rule: TestedRule;
  readonly score: RuleScore;
}

export interface AlertsEvaluation {
  readonly model: string;
  readonly rendered: {
    readonly clips: number;
    readonly minutes: number;
    readonly rules: readonly ScoredRule[];
  };
  /** Words of rules that this model can never say. */
  readonly refused: readonly string[];
  /** Empty rules where no real videos were played. */
  readonly real: { readonly clips: number; readonly rules: readonly ScoredRule[] };
}

/**
 * Plays labelled clips with alerts on their streams, and compares when these are raised with what happened.
 *
 * @throws {MeasureError}, {ModelError}, {EngineError}, {IngestError}; the signal's reason when that is aborted
 */
export async function runAlerts(options: AlertsEvalOptions): Promise<AlertsEvaluation> {
  const { only = Number.POSITIVE_INFINITY } = options;
  const clips = spreadOver(await labelledClips(options.clips), only).map(trueClip);
  const real = options.real === null ? [] : await realClips(options.real);
  return await withEngine(
    options,
    async (engine) => {
      const rules = TESTED_RULES.filter((rule) => isSayable(engine.model, rule));
      return {
        model: engine.model.id,
        refused: TESTED_RULES.filter((rule) => !rules.includes(rule)).map(({ rule }) => rule.when),
        rendered: {
          clips: clips.length,
          minutes: clips.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
          rules: await scored(engine, clips, rules, "clips", options),
        },
        real: {
          clips: real.length,
          rules: await scored(engine, real, rules.filter(isLabelledInReal), "real videos", options),
        },
      };
    },
    { maxStreams: Math.max(8, options.streams) },
  );
}

/** Whether the labels of real videos say all about a rule. */
function isLabelledInReal({ verbs, rule }: TestedRule): boolean {
  const isLabelled = (verb: string) => REAL_VERBS.has(verb) || verb === "appears" || verb === "vanishes";
  return rule.for === undefined && verbs.every(isLabelled);
}

function isSayable(model: ModelInfo, { name, rule }: TestedRule): boolean {
  const ignore = () => {};
  const alerts = new Alerts({ model, limits: ALERT_LIMITS, state: null, onTrouble: ignore, onFault: ignore });
  try {
    alerts.check(new Map([[name, rule]]));
    return true;
  } catch (error) {
    if (error instanceof AlertProblems) return false;
    throw error;
  }
}

async function scored(
  engine: Engine,
  clips: readonly TrueClip[],
  rules: readonly TestedRule[],
  what: string,
  { streams, signal, onProgress }: AlertsEvalOptions,
): Promise<ScoredRule[]> {
  if (clips.length === 0) return [];
  const byName = new Map(rules.map(({ name, rule }) => [name, rule]));
  const raised: Awaited<ReturnType<typeof watchClip>>[] = [];
  let [next, done] = [0, 0];
  const worker = async () => {
    for (let i = next++; i < clips.length; i = next++) {
      raised[i] = await watchClip(engine, clips[i]!.path, byName, signal);
      onProgress(++done / clips.length, what);
    }
  };
  await Promise.all(Array.from({ length: streams }, worker));
  return rules.map((rule) => ({
    rule,
    score: scoreRule(
      clips.map((clip, i) => {
        // What is due in the last second may come after the end.
        const due = rule.truth(clip).filter((atS) => atS < clip.seconds - 1);
        const told = raised[i]!.filter(({ alert, atS }) => alert === rule.name && atS < clip.seconds - 1);
        return countRule(
          due,
          told.map(({ atS }) => atS),
        );
      }),
    ),
  }));
}
