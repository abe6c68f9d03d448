import { type Logger, pino } from "pino";
import { AlertProblems } from "../alerts/mod.ts";
import { CameraProblems } from "../cameras/mod.ts";
import type { History } from "../history/mod.ts";
import { resolveFfmpeg } from "../ingest/mod.ts";
import { createServer, type Server } from "../server/mod.ts";
import { reloadConfig } from "./config-reload.ts";
import { type EngineFlags, startEngineFor } from "./engine-flags.ts";
import { readGuard } from "./guard-flags.ts";
import { logLines } from "./log-lines.ts";
import { freeDescriptors } from "./open-files.ts";
import { CLIENT_DIR, SAMPLE_DIR } from "./paths.ts";
import { findConfig, type ServerFlags, type ServeSettings, serveSettings } from "./serve-config.ts";
import { openHistory } from "./serve-history.ts";
import { printStart } from "./serve-lines.ts";
import { createSinks, explainSinks } from "./serve-sinks.ts";
import { StopSignals } from "./stop-signals.ts";

/** Open files that a server needs beside its sessions: requests for the page and its files. */
const SPARE_FILES = 64;

/** Open files that a camera takes: those of its ffmpeg. */
const CAMERA_FILES = 4;

export interface ServeFlags extends EngineFlags, ServerFlags {}

/** Runs a server until it is told to stop, or its engine cannot go on. */
export async function serve(flags: ServeFlags): Promise<void> {
  const file = await findConfig(flags);
  const settings = serveSettings(flags, file?.config);
  const guard = await readGuard(settings);
  const { limits } = settings;
  const reread = rereadFiles(settings, file?.path);
  const signals = new StopSignals(reread.length > 0 || flags.jsonl !== undefined);
  const log = pino({ level: settings.logLevel }, logLines(2));
  let history: History | null = null;
  const { sinks, onAlerts } = createSinks({ log, drainMs: limits.shutdownMs });
  await sinks.load(settings.sinks).catch((error) => {
    throw explainSinks(error, file);
  });
  let failed = () => {};
  const failure = new Promise<void>((resolve) => {
    failed = resolve;
  });
  const engine = await startEngineFor(flags, {
    // A service goes on for months. What hangs in it must be got rid of without it.
    isolation: "process",
    // Twice, because a new stream may come before the engine has let go of the one that it follows.
    maxStreams: 2 * (limits.maxSessions + limits.maxCameras),
    onWorkerDeath: (error) => log.error({ err: error }, "the backend died and its sessions have failed"),
    onFailure: (error) => {
      log.fatal({ err: error }, "the engine cannot go on");
      process.exitCode = 1;
      failed();
    },
  }).catch(async (error) => {
    await sinks.close(0);
    throw error;
  });
  try {
    history = await openHistory(settings, log);
    await resolveFfmpeg().then(
      ({ path, origin, version }) => log.info({ path, origin, version }, "ffmpeg"),
      (error: Error) =>
        log.warn(
          `${error.message} Only the server's own reading of videos needs it; images over the WebSocket work without it.`,
        ),
    );
    const { history: _, ...given } = settings;
    const server = await createServer({
      engine,
      ...given,
      cameras: Object.fromEntries(settings.cameras),
      alerts: Object.fromEntries(settings.alerts),
      clientDir: CLIENT_DIR,
      sampleDir: SAMPLE_DIR,
      ...guard.options,
      ...(history !== null && { history }),
      listeners: [sinks.listener],
      sinkCounts: () => sinks.figures(),
      onAlerts,
      log,
    }).catch((error) => {
      const isInFile = error instanceof CameraProblems || error instanceof AlertProblems;
      throw isInFile && file !== null ? file.explain(error) : error;
    });
    warnOfFewFiles(settings, log);
    printStart({
      ...{ engine, server, settings, guard, reread, jsonl: flags.jsonl },
      keepsHistory: history !== null,
    });
    const reload = () => {
      if (reread.length > (file === null ? 0 : 1)) rereadGuard(server, log);
      const reloaded =
        file === null ? sinks.load(settings.sinks) : reloadConfig(server, sinks, file.path, flags, settings);
      reloaded.catch((err) => log.error({ err }, "a reload failed"));
    };
    await Promise.race([signals.untilStopped(reload), failure]);
    await server.close();
  } finally {
    // After the server, so that they hear the last events of its streams.
    await sinks.close(limits.shutdownMs);
    await engine.close();
    await history?.close();
  }
}

/** Files that a running server can read again. */
function rereadFiles({ guard }: ServeSettings, config: string | undefined): string[] {
  return [config, guard.tokens, guard.tlsCert].filter((path) => path !== undefined);
}

/** Reads tokens and certificate again. What is wrong with them is logged, and the old ones stay. */
function rereadGuard(server: Server, log: Logger): void {
  server.reload().catch((error: Error) => log.error(`${error.message} What was read before stays.`));
}

function warnOfFewFiles({ limits, cameras }: ServeSettings, log: Logger): void {
  const sockets = limits.maxSessions + limits.maxWatchers + limits.maxEventReaders;
  const wanted = sockets + CAMERA_FILES * cameras.size + SPARE_FILES;
  const free = freeDescriptors(wanted);
  if (free < wanted)
    log.warn(
      `This process may open only ${free} more files. ${limits.maxSessions} sessions, ${limits.maxWatchers + limits.maxEventReaders} who watch, ${cameras.size} cameras and what else is needed take up to ${wanted}. Raise the limit of open files (ulimit -n), or lower --max-sessions, max_watchers or max_event_readers.`,
    );
}
