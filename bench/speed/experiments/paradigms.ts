import { isMet, type Target, targetTable } from "../../lib/table.ts";
import { withEngine } from "../../lib/with-engine.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { LONG_PARADIGM_SIZES, PARADIGM_SIZES, type ParadigmSizes } from "./paradigm-sizes.ts";
import { fpsPlot, fpsTable, fpsTargets, measureByFps } from "./paradigms-by-fps.ts";
import { costsAlone, measureByLoad } from "./paradigms-by-load.ts";
import { capacityTable, loadPlots, loadTable, loadTargets, ratioTable } from "./paradigms-load-report.ts";

/** The three orders of vision and reasoning on the same clip and the same weights. */
export function paradigms(sizes: Partial<ParadigmSizes> = {}): Experiment {
  return {
    name: "paradigms",
    title: "Streamed, interleaved and batch",
    about: [
      "The same clip and the same weights in the three orders of Think-as-You-See, run in turn, round after round.",
      "**TTFT** is from the arrival of a unit's last frame to the first token about that unit, a skip included;",
      "**answer delay** from the stream's end, when a last question is asked about all of it, to its answer.",
      "_At real pace_ cameras of 1 to 5 frames a second are watched at once.",
      "_Under load_ the clip comes faster than real time and waits for nobody. So that vision and reasoning cost",
      "the same, every unit is encoded, also where nothing moves, thoughts are decoded word by word, without drafts, and",
      "load questions make up for what is missing. Load 1 is as many units a second as the interleaved order takes. Once all frames wait their",
      "turn, so that the orders think about the same; and once the oldest is dropped, as in any live stream.",
    ].join(" "),
    run: (context) => run(context, { ...(context.long ? LONG_PARADIGM_SIZES : PARADIGM_SIZES), ...sizes }),
  };
}

async function run(context: ExperimentContext, sizes: ParadigmSizes): Promise<Report> {
  const [byDefault, byFps] = await withEngine(context, async (engine) => [
    // First, as it warms the engine up, too: what is compared then does not begin cold.
    await costsAlone(engine, context, sizes),
    await measureByFps(engine, context, sizes, (fraction, text) => context.progress(0.4 * fraction, text)),
  ]);
  const byLoad = await withEngine(
    context,
    (engine) =>
      measureByLoad(engine, context, sizes, (fraction, text) => context.progress(0.4 + 0.6 * fraction, text)),
    // Word by word a thought costs about what vision costs; drafts would leave little to run side by side.
    { draftWords: 0 },
  );
  const underLoad = loadTargets(byLoad);
  const atRealPace = fpsTargets(byFps);
  return {
    tables: [
      targetTable("Targets", [...underLoad, ...atRealPace]),
      capacityTable(byLoad.calibration, byDefault),
      ratioTable(byLoad),
      loadTable(byLoad, "waits"),
      loadTable(byLoad, "drops"),
      fpsTable(byFps),
    ],
    plots: [...loadPlots(byLoad), fpsPlot(byFps)],
    figures: { sizes, byFps, byDefault, byLoad },
    notes: [...missed(underLoad, atRealPace), ...toKnow(sizes)],
  };
}

function missed(underLoad: readonly Target[], atRealPace: readonly Target[]): string[] {
  const notes: string[] = [];
  const names = (targets: readonly Target[]) =>
    targets
      .filter((target) => !isMet(target))
      .map(({ what }) => what)
      .join("; ");
  if (names(underLoad) !== "") {
    notes.push(
      `**Missed under load:** ${names(underLoad)}. The answer itself must be decoded after the question in every order, and that is the same time in all of them: where little else waits at the stream's end, no order can be much quicker than another. At load 1 the interleaved order is only just full, and how much waits in it at the end is a matter of chance; beyond, it grows. The batch order's delay grows with the stream's length, the others' does not.`,
    );
  }
  if (names(atRealPace) !== "") {
    notes.push(
      `**Missed at real pace:** ${names(atRealPace)}. At light load each unit is thought about long before the next one comes, so streamed and interleaved do the same things at the same times, and a short stream leaves the batch order little to catch up with.`,
    );
  }
  return notes;
}

function toKnow({ fpsSeconds, units }: ParadigmSizes): string[] {
  return [
    `Streams at real pace are ${fpsSeconds} s long and under load ${units} units: percentiles of so few thoughts are close to their greatest.`,
    "The load's engine is not the default one: by default, units in which nothing moves are hardly looked at and a thought is drafted and verified in few steps, so that both sides have less to do and the orders differ less. What both cost by default is in the table.",
    "Load questions are answered beside vision in the streamed and the interleaved order. In the batch order they wait for the stream's end, like all its thinking; at most 31 can wait, and the figures say how many were left out.",
    "Beyond what an order can take, its queue grows as long as the stream lasts, and TTFT and answer delay with it. Where the oldest frame is dropped instead, TTFT is that of the frames that were left, and is to be read together with how many were not.",
    "In the batch order TTFT contains the wait for the stream's end; its first units wait longest.",
  ];
}
