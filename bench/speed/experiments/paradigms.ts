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
      "The same clip and the same weights in the three orders of Think-as-You-See (streamed, interleaved, batch),",
      "run in turn, round after round. **TTFT** is the time from the arrival of a unit's last frame to the first",
      "token about that unit; a skip counts as a token. **Answer delay** is the time from the stream's end, when",
      "a last question about all of it is asked, to the end of its answer. _At real pace_, cameras of 1 to 5",
      "frames a second are watched at once. _Under load_, the clip comes faster than real time and does not wait.",
      "To make vision and reasoning cost the same there, every unit is encoded, still ones too; thoughts are",
      "decoded word by word, without drafts; and load questions fill what is missing. Load 1 is the number of",
      "units a second that the interleaved order can take. Each load is run twice: once all frames wait in the",
      "queue, so that the orders think about the same units; once the oldest frame is dropped, as in a live",
      "stream.",
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
      `**Missed under load:** ${names(underLoad)}. Every order must decode the answer after the question, and that takes the same time in all of them. Where little else waits at the stream's end, no order can be much quicker than another. At load 1 the interleaved order is only just full, so the length of its queue at the end is a matter of chance; beyond load 1 the queue grows. The delay of the batch order grows with the stream's length; that of the others does not.`,
    );
  }
  if (names(atRealPace) !== "") {
    notes.push(
      `**Missed at real pace:** ${names(atRealPace)}. At light load each unit is thought about long before the next one comes. So streamed and interleaved do the same things at the same times, and a short stream leaves the batch order little to catch up on.`,
    );
  }
  return notes;
}

function toKnow({ fpsSeconds, units }: ParadigmSizes): string[] {
  return [
    `Streams at real pace are ${fpsSeconds} s long, those under load ${units} units. High percentiles of so few thoughts are close to the maximum.`,
    "The engine under load is not the default one. By default, still units are not encoded and a thought is drafted and verified in a few steps. Both sides then have less to do, and the orders differ less. The table has the costs on both engines.",
    "In the streamed and the interleaved order, load questions are answered while frames arrive. In the batch order they wait for the stream's end, like all of its thinking. At most 31 can wait; the raw figures say how many were left out.",
    "Beyond an order's capacity its queue grows as long as the stream lasts, and TTFT and answer delay grow with it. Where the oldest frame is dropped instead, TTFT counts only the frames that were kept, so read it together with the share of dropped frames.",
    "In the batch order TTFT includes the wait for the stream's end. The first units wait longest.",
  ];
}
