import { constants } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { lastValueFrom, tap } from "rxjs";
import { POSITION_SCHEMES, type PositionSchemeName } from "../cache/mod.ts";
import type { Engine, Paradigm } from "../engine/mod.ts";
import { cameraDuration, resolveFfmpeg } from "../ingest/mod.ts";
import { errorEvent, numberEvent, type ServerEvent } from "../protocol/mod.ts";
import {
  type LogEntry,
  parseScheduledQuestion,
  type ScheduledQuestion,
  startReplay,
} from "../streams/mod.ts";
import { outputFile, rate, seconds } from "./arguments.ts";
import { addEngineFlags, type EngineFlags, startEngineFor } from "./engine-flags.ts";
import { guarded, reportError, reportFailure } from "./failure.ts";
import { printLine } from "./output.ts";
import { openReplayFiles, type ReplayFiles, STANDARD_OUTPUT } from "./replay-files.ts";
import { Screen } from "./screen.ts";
import { Timeline } from "./timeline.ts";

interface ReplayFlags extends EngineFlags {
  readonly ask: readonly ScheduledQuestion[];
  readonly pace: "realtime" | "max";
  readonly live?: boolean;
  readonly reconnect: boolean;
  readonly inputFps?: number;
  readonly connectTimeout?: number;
  readonly stallTimeout?: number;
  readonly transport?: "tcp" | "udp";
  readonly interval?: number;
  readonly watch: boolean;
  readonly decode?: "all" | "keyframes";
  readonly hwaccel?: string;
  readonly paradigm: Paradigm;
  readonly positions?: PositionSchemeName;
  readonly instructions?: string;
  readonly json: boolean;
  readonly jsonl?: string;
  readonly vtt?: string;
}

const collect = (value: string, before: readonly ScheduledQuestion[]) => [
  ...before,
  parseScheduledQuestion(value),
];

/** Prints an event as a line of JSON, and the message of an error to standard error too. */
function print(event: ServerEvent): void {
  if (event.type === "error") reportError(event.error.message);
  printLine(JSON.stringify(event));
}

/** Signals that end a replay early: Ctrl-C, and what `kill` sends. */
const INTERRUPTS = ["SIGINT", "SIGTERM"] as const;

/** What a shell reports of a process that a signal has ended. */
const exitCodeOf = (signal: NodeJS.Signals) => 128 + constants.signals[signal];

/** Shows nothing but what goes wrong, because the standard output is for something else. */
function showErrors(event: ServerEvent): void {
  if (event.type === "error") reportError(event.error.message);
}

async function run(input: string, flags: ReplayFlags): Promise<void> {
  if (flags.json && flags.jsonl === STANDARD_OUTPUT)
    throw new InvalidArgumentError("The standard output is for --json. Name a file for --jsonl.");
  /** Whether the standard output is for programs. */
  const forPrograms = flags.json || flags.jsonl === STANDARD_OUTPUT;
  const screen = new Screen();
  const doing = (what: string) => forPrograms || screen.status(() => what);
  const stop = new AbortController();
  let isPlaying = false;
  let interruptedBy: NodeJS.Signals | null = null;
  /** At the first signal the replay ends early; a second one ends the process at once. */
  const interrupt = (signal: NodeJS.Signals) => {
    interruptedBy = signal;
    stop.abort();
    if (isPlaying) return;
    screen.status(null);
    process.exit(exitCodeOf(signal));
  };
  for (const signal of INTERRUPTS) process.once(signal, interrupt);
  // When nobody can read what comes, nothing more needs to be thought.
  process.stdout.once("error", () => stop.abort());
  let engine: Engine | null = null;
  let files: ReplayFiles | null = null;
  try {
    files = await openReplayFiles(flags);
    const { take } = files;
    // First what takes no time to find out: a wrong path is told before a model is loaded.
    doing("opening the video");
    const { live, inputFps, connectTimeout, stallTimeout, transport, interval: intervalMs, watch } = flags;
    const durationMs = await cameraDuration(input, {
      intervalMs,
      transport,
      watch,
      timeoutMs: connectTimeout,
    });
    doing(flags.engine === "local" ? "starting the model" : "measuring what the model's server can do");
    engine = await startEngineFor(flags, {}, screen);
    if (!forPrograms && engine.model.chosenBecause !== null)
      screen.line("", pc.dim(engine.model.chosenBecause));
    const timeline = forPrograms ? null : new Timeline(screen, durationMs, await resolveFfmpeg());
    if (flags.paradigm === "batch") doing("seeing the whole video before thinking");
    isPlaying = true;
    const stream = startReplay({
      engine,
      input,
      pace: flags.pace,
      reconnect: flags.reconnect,
      ...(live !== undefined && { live }),
      ...(inputFps !== undefined && { inputFps }),
      ...(connectTimeout !== undefined && { firstFrameTimeoutMs: connectTimeout }),
      ...(stallTimeout !== undefined && { stallTimeoutMs: stallTimeout }),
      ...{ transport, intervalMs, watch, decode: flags.decode, hwaccel: flags.hwaccel },
      questions: flags.ask,
      stream: {
        paradigm: flags.paradigm,
        ...(flags.positions && { positions: flags.positions }),
        ...(flags.instructions && { instructions: flags.instructions }),
      },
      signal: stop.signal,
    });
    const show = (event: ServerEvent) =>
      timeline ? timeline.show(event) : flags.json ? print(event) : showErrors(event);
    const heard = tap((entry: LogEntry) => {
      if (!("event" in entry)) return;
      show(entry.event);
      take(stream, entry);
    });
    await lastValueFrom(stream.log.from(null).pipe(heard));
  } finally {
    screen.status(null);
    await files?.close();
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
    await engine?.close();
    if (interruptedBy) process.exitCode = exitCodeOf(interruptedBy);
  }
}

async function runAndPrintFailure(input: string, flags: ReplayFlags): Promise<void> {
  try {
    await run(input, flags);
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (flags.json && code !== undefined)
      printLine(JSON.stringify(numberEvent(0, errorEvent({ code, message, fatal: true }))));
    reportFailure(error);
  }
}

export function replayCommand(): Command {
  const replaying = new Command("replay")
    .argument(
      "<file-or-url>",
      "a video file, a picture or a folder of pictures, an http(s), HLS, RTSP, RTMP, SRT, UDP or RTP URL, a device such as /dev/video0, or - for the standard input",
    )
    .addOption(
      new Option(
        "-a, --ask <question>",
        "a question; append @20s or @1:05 to ask it at that time, else it is asked at the end (repeatable)",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .addOption(
      new Option("-p, --pace <pace>", "at the speed of the video, or as fast as the machine can")
        .choices(["realtime", "max"])
        .default("realtime"),
    )
    .option(
      "--live",
      "treat the source as a camera: take its frames as they come and time them by that; default for RTSP, and for MJPEG over HTTP",
    )
    .option("--no-live", "play the source as a recording, by its own times")
    .option(
      "--reconnect",
      "connect to a live source again whenever it is lost, until Ctrl-C; its time goes on, and each gap is told",
      false,
    )
    .option(
      "--fps, --input-fps <n>",
      "frames a second of a recording whose frames have no times, such as a raw .h264 or .mjpeg file; default: what its headers say, else 25, which is told",
      rate,
    )
    .option("--connect-timeout <seconds>", "longest wait for the first picture; default: 20", seconds)
    .option("--stall-timeout <seconds>", "longest wait for each further picture; default: 20", seconds)
    .addOption(
      new Option(
        "--transport <protocol>",
        "how RTSP sends its packets; default: tcp where the camera can",
      ).choices(["tcp", "udp"]),
    )
    .option(
      "--interval <seconds>",
      "time from one picture to the next: of a folder, or of a URL that gives one picture at a time",
      seconds,
    )
    .option("--watch", "of a folder: take the pictures that come into it from now on", false)
    .addOption(
      new Option(
        "--decode <pictures>",
        "decode all pictures of a video, or its key frames alone, which costs a fraction; default: all",
      ).choices(["all", "keyframes"]),
    )
    .option(
      "--hwaccel <name>",
      "decode on what stands in for the processor: auto, or a name that ffmpeg -hwaccels lists, such as vaapi; default: none",
    )
    .addOption(
      new Option(
        "--paradigm <order>",
        "run vision and reasoning side by side, in strict turn, or all frames first",
      )
        .choices(["streamed", "interleaved", "batch"])
        .default("streamed"),
    )
    .addOption(
      new Option(
        "--positions <scheme>",
        "position scheme of the KV caches, for comparisons; default: the one that the model was trained with",
      ).choices(POSITION_SCHEMES),
    )
    .option("--json", "print the events of the WebSocket protocol, one a line, instead of a timeline", false)
    .option(
      "--jsonl <file>",
      "append what is told to this file, one event a line with its stream and wall time; - for the standard output, in place of the timeline",
    )
    .option("--vtt <file>", "write thoughts and answers to this file as subtitles (WebVTT)", outputFile)
    .option(
      "-i, --instructions <text>",
      "what you want to be told, in your words (a published checkpoint, or --engine openai)",
    );
  return addEngineFlags(replaying)
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong replay yard.mp4
  $ thinkalong replay yard.mp4 --model HuggingFaceTB/SmolVLM2-256M-Video-Instruct --picture-size 384
  $ thinkalong replay yard.mp4 --engine openai --base-url http://127.0.0.1:8000/v1 \\
      --instructions "Tell me when somebody comes to the door."
  $ thinkalong replay rtsp://user:password@camera/stream --reconnect
  $ thinkalong replay http://camera/video.ts --live
  $ thinkalong replay recording.mjpeg --input-fps 10
  $ thinkalong replay pictures/ --interval 1
  $ thinkalong replay http://camera/snapshot.jpg --interval 2
  $ cat yard.mkv | thinkalong replay -
  $ thinkalong replay yard.mp4 --ask "How many cars passed?" --ask "What happened last? @20s"
  $ thinkalong replay yard.mp4 --pace max --vtt yard.vtt --jsonl said.jsonl
  $ thinkalong replay yard.mp4 --pace max --json | jq -r 'select(.type=="response.reasoning_text.done" and (.skipped|not)) | .text'`,
    )
    .action(guarded(runAndPrintFailure));
}
