import { Command, Option } from "commander";
import { lastValueFrom, tap } from "rxjs";
import { createEngine } from "../backends/mod.ts";
import { POSITION_SCHEMES, type PositionSchemeName } from "../cache/mod.ts";
import type { Paradigm } from "../engine/mod.ts";
import { type FfmpegBinary, probeVideo, resolveFfmpeg } from "../ingest/mod.ts";
import { errorEvent, numberEvent, type ServerEvent } from "../protocol/mod.ts";
import { parseScheduledQuestion, type ScheduledQuestion, startReplay } from "../streams/mod.ts";
import { positive } from "./arguments.ts";
import { guarded, reportError, reportFailure } from "./failure.ts";
import { BUNDLED_MODEL } from "./paths.ts";
import { Timeline } from "./timeline.ts";

interface ReplayFlags {
  readonly ask: readonly ScheduledQuestion[];
  readonly pace: "realtime" | "max";
  readonly paradigm: Paradigm;
  readonly positions?: PositionSchemeName;
  readonly json: boolean;
  readonly model: string;
  readonly threads: number;
}

const collect = (value: string, before: readonly ScheduledQuestion[]) => [
  ...before,
  parseScheduledQuestion(value),
];

function printLine(event: ServerEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Whoever reads the lines is told of an error in their shape; a person reads standard error. */
function print(event: ServerEvent): void {
  if (event.type === "error") reportError(event.error.message);
  printLine(event);
}

/** Shows events to a person. */
function timelineOf(durationMs: number | null, ffmpeg: FfmpegBinary): (event: ServerEvent) => void {
  const timeline = new Timeline(durationMs, ffmpeg);
  return (event) => timeline.show(event);
}

async function run(input: string, flags: ReplayFlags): Promise<void> {
  const engine = await createEngine({ model: flags.model, threads: flags.threads });
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  /** Who read the output has gone, as `head` does when it has enough: that is no failure. */
  const readerGone = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") reportFailure(error);
    stop.abort();
  };
  process.once("SIGINT", interrupt);
  process.stdout.on("error", readerGone);
  try {
    const { durationMs } = await probeVideo(input);
    const show = flags.json ? print : timelineOf(durationMs, await resolveFfmpeg());
    const { log } = startReplay({
      engine,
      input,
      pace: flags.pace,
      questions: flags.ask,
      stream: { paradigm: flags.paradigm, ...(flags.positions && { positions: flags.positions }) },
      signal: stop.signal,
    });
    await lastValueFrom(log.from(null).pipe(tap((entry) => "event" in entry && show(entry.event))));
  } finally {
    process.off("SIGINT", interrupt);
    await engine.close();
  }
}

async function runOrTell(input: string, flags: ReplayFlags): Promise<void> {
  try {
    await run(input, flags);
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (flags.json && code !== undefined)
      printLine(numberEvent(0, errorEvent({ code, message, fatal: true })));
    reportFailure(error);
  }
}

export function replayCommand(): Command {
  return new Command("replay")
    .description("Think along with a video file or URL and show the thoughts as they come.")
    .argument("<file-or-url>", "a video file, or an http(s), HLS or RTSP URL")
    .option(
      "-a, --ask <question>",
      "ask it: at the end, or when the video gets to a time (repeatable)",
      collect,
      [],
    )
    .addOption(
      new Option("-p, --pace <pace>", "as a camera would bring it, or as fast as it goes")
        .choices(["realtime", "max"])
        .default("realtime"),
    )
    .addOption(
      new Option(
        "--paradigm <order>",
        "vision and reasoning side by side, in strict turn, or all frames first",
      )
        .choices(["streamed", "interleaved", "batch"])
        .default("streamed"),
    )
    .addOption(
      new Option(
        "--positions <scheme>",
        "how old the video is to a thought; for comparison, the model's own is best",
      ).choices(POSITION_SCHEMES),
    )
    .option("--json", "print protocol events, one a line, instead of a timeline", false)
    .option("-m, --model <dir>", "folder of a model's bundle", BUNDLED_MODEL)
    .option("--threads <n>", "threads for each of the two workers", positive, 1)
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong replay yard.mp4
  $ thinkalong replay yard.mp4 --ask "How many cars passed?" --ask "What happened last? @20s"
  $ thinkalong replay yard.mp4 --pace max --json | jq -r 'select(.type=="response.reasoning_text.done" and (.skipped|not)) | .text'`,
    )
    .action(guarded(runOrTell));
}
