import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { InvalidArgumentError } from "commander";
import type { ServerEvent } from "../protocol/mod.ts";
import {
  Captions,
  eventFilter,
  JsonlSink,
  type Notice,
  noticeJson,
  noticeOf,
  SinkError,
  TOLD,
  type ToldStream,
  webVtt,
} from "../sinks/mod.ts";
import type { Numbered } from "../streams/mod.ts";
import { reportError } from "./failure.ts";
import { printLine } from "./output.ts";

/** Files that a replay writes beside what it shows. */
export interface ReplayFiles {
  take(stream: ToldStream, entry: Numbered<ServerEvent>): void;
  /** Writes what is still to be written. Never rejects. */
  close(): Promise<void>;
}

/** `--jsonl -`: the standard output. */
export const STANDARD_OUTPUT = "-";

/**
 * Opens the files that the flags name, before anything else is done that takes time.
 *
 * @throws {InvalidArgumentError} for one that cannot be written
 */
export async function openReplayFiles(flags: {
  readonly jsonl?: string;
  readonly vtt?: string;
}): Promise<ReplayFiles> {
  const files = [
    ...(flags.jsonl === undefined ? [] : [await linesTo(flags.jsonl)]),
    ...(flags.vtt === undefined ? [] : [await subtitlesTo(flags.vtt)]),
  ];
  return {
    take: (stream, entry) => {
      for (const file of files) file.take(stream, entry);
    },
    close: async () => {
      for (const file of files) await file.close();
    },
  };
}

const isTold = eventFilter({ events: TOLD, streams: [] });

async function linesTo(path: string): Promise<ReplayFiles> {
  if (path === STANDARD_OUTPUT)
    return { take: takeNotices((notice) => printLine(noticeJson(notice))), close: async () => {} };
  const sink = new JsonlSink("--jsonl", path);
  await sink.open().catch((error) => {
    throw error instanceof SinkError ? new InvalidArgumentError(`${error.message} (--jsonl)`) : error;
  });
  let isReported = false;
  const failed = ({ message }: Error) => {
    if (!isReported) reportError(`${message} Lines are missing there.`);
    isReported = true;
  };
  return {
    take: takeNotices((notice) => void sink.deliver(notice).catch(failed)),
    close: () => sink.close(),
  };
}

function takeNotices(give: (notice: Notice) => void): ReplayFiles["take"] {
  return (stream, entry) => {
    if (isTold(stream.id, entry.event)) give(noticeOf(stream, entry));
  };
}

/** A file of subtitles is written at the end, because each lasts until the next. Until then the old one stays. */
async function subtitlesTo(path: string): Promise<ReplayFiles> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT).catch((error: Error) => {
    throw new InvalidArgumentError(
      `${path} cannot be written (${error.message}). Name another file (--vtt).`,
    );
  });
  const captions = new Captions();
  return {
    take: (_, { event }) => captions.take(event),
    close: async () => {
      try {
        await file.truncate(0);
        await file.writeFile(webVtt(captions.cues()));
      } catch (error) {
        reportError(`${path} cannot be written (${(error as Error).message}). Subtitles are missing there.`);
      } finally {
        await file.close();
      }
      if (captions.leftOut > 0)
        reportError(
          `${path} has no room for the last ${captions.leftOut} subtitles. Play the video in parts.`,
        );
    },
  };
}
