import { Command } from "commander";
import pc from "picocolors";
import { createEngine } from "../../src/backends/mod.ts";
import { positive, rate } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { type LiveMinute, watchLive } from "../checkpoints/mod.ts";
import { describeMachine, OtherWork } from "../lib/machine.ts";
import { runMeasurement } from "./measurement.ts";

interface Flags {
  readonly minutes: number;
  readonly questions: number;
  readonly threads: number;
  readonly frameRate?: number;
  readonly pictureSize?: number;
  readonly window?: number;
  readonly everyUnit?: true;
  readonly json?: true;
}

const ms = (value: number) => (Number.isNaN(value) ? "–" : `${Math.round(value)}`);

function line(minute: LiveMinute): string {
  const { units, droppedFrames, thoughts, skipped, answers, tokens, seenMs, ttftMs, answerMs, rssMb } =
    minute;
  const reasons = Object.entries(skipped).map(([reason, count]) => `${reason} ${count}`);
  return `minute ${minute.minute}: ${units} units seen (${ms(seenMs.p50)} / ${ms(seenMs.p95)} ms), ${droppedFrames} frames dropped
  ${thoughts} thoughts, ${tokens.thoughts} tokens, first token ${ms(ttftMs.p50)} / ${ms(ttftMs.p95)} ms; skipped: ${reasons.join(", ") || "none"}
  ${answers} answers, ${tokens.answers} tokens, first token ${ms(answerMs.first)} / ${ms(answerMs.firstP95)} ms, whole ${ms(answerMs.done)} ms; ${rssMb} MB`;
}

async function run(model: string, flags: Flags): Promise<void> {
  const { minutes, questions, threads, frameRate, pictureSize, window, everyUnit } = flags;
  await runMeasurement(
    async (signal) => {
      const wishes = { fps: frameRate, side: pictureSize, windowUnits: window };
      const engine = await createEngine({ model, threads, wishes, settings: { everyUnit } });
      const others = new OtherWork();
      const all: LiveMinute[] = [];
      try {
        if (!flags.json) console.log(engine.model.chosenBecause);
        const onMinute = (minute: LiveMinute) => {
          all.push(minute);
          if (!flags.json) console.log(line(minute));
        };
        await watchLive(engine, { minutes, questionsPerMinute: questions, signal, onMinute });
      } finally {
        await engine.close();
      }
      const busy = others.cores();
      const { chosenBecause } = engine.model;
      if (flags.json)
        console.log(
          JSON.stringify(
            { machine: describeMachine(), chosenBecause, othersCores: busy, minutes: all },
            null,
            1,
          ),
        );
      else console.log(pc.dim(`p50 / p95. Other processes used ${busy.toFixed(2)} cores meanwhile.`));
    },
    () => "Stopped.",
  );
}

export function checkpointLiveCommand(): Command {
  return new Command("checkpoint-live")
    .argument("<dir>", "folder of its bundle")
    .option("--minutes <n>", "how long", positive, 1)
    .option("--questions <n>", "questions a minute", rate, 8)
    .option("--threads <n>", "inference threads of each worker", positive, 1)
    .option("--frame-rate <n>", "frames a second (default: what it keeps up with)", rate)
    .option("--picture-size <px>", "longest side of a picture (default: what it keeps up with)", positive)
    .option("--window <units>", "units in the visual window", positive)
    .option("--every-unit", "it says something about each unit, whether or not there is something new")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Example, with random weights of true shapes:
  $ npm run random-checkpoint -- smolvlm2-256m /tmp/smolvlm2-256m
  $ npx thinkalong models pull /tmp/smolvlm2-256m
  $ npm run checkpoint-live -- BUNDLE --minutes 10`,
    )
    .action(guarded(run));
}
