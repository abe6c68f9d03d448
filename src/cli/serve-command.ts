import { Command, Option } from "commander";
import pc from "picocolors";
import { type Logger, pino } from "pino";
import { AlertProblems, type ListedAlert } from "../alerts/mod.ts";
import { CameraProblems, type ListedCamera, shownUrl } from "../cameras/mod.ts";
import type { History } from "../history/mod.ts";
import { resolveFfmpeg } from "../ingest/mod.ts";
import { createServer, type Server } from "../server/mod.ts";
import { sinkWords } from "../sinks/mod.ts";
import { outputFile, port, positive } from "./arguments.ts";
import { camera } from "./camera-flag.ts";
import { reloadConfig } from "./config-reload.ts";
import { addEngineFlags, type EngineFlags, startEngineFor } from "./engine-flags.ts";
import { guarded } from "./failure.ts";
import { addGuardFlags, printGuard, readGuard } from "./guard-flags.ts";
import { logLines } from "./log-lines.ts";
import { freeDescriptors } from "./open-files.ts";
import { printLine } from "./output.ts";
import { CLIENT_DIR, SAMPLE_DIR } from "./paths.ts";
import {
  DEFAULT_CONFIG,
  findConfig,
  type ServerFlags,
  type ServeSettings,
  serveSettings,
} from "./serve-config.ts";
import { openHistory } from "./serve-history.ts";
import { createSinks, explainSinks } from "./serve-sinks.ts";
import { StopSignals } from "./stop-signals.ts";

/** Open files that a server needs beside its sessions: requests for the page and its files. */
const SPARE_FILES = 64;

/** Open files that a camera takes: those of its ffmpeg. */
const CAMERA_FILES = 4;

interface ServeFlags extends EngineFlags, ServerFlags {}

/** Files that a running server can read again. */
function rereadFiles({ guard }: ServeSettings, config: string | undefined): string[] {
  return [config, guard.tokens, guard.tlsCert].filter((path) => path !== undefined);
}

/** What SIGHUP does. */
function hangUpWords(reread: readonly string[], jsonl: string | undefined): string {
  const does = [
    ...(reread.length === 0 ? [] : [`read ${reread.join(", ")} again`]),
    ...(jsonl === undefined ? [] : [`open ${jsonl} anew`]),
  ];
  return does.length === 0 ? "" : ` Send SIGHUP to ${does.join(" and to ")}.`;
}

/** Reads tokens and certificate again. What is wrong with them is logged, and the old ones stay. */
function rereadGuard(server: Server, log: Logger): void {
  server.reload().catch((error: Error) => log.error(`${error.message} What was read before stays.`));
}

async function serve(flags: ServeFlags): Promise<void> {
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
    printLine(`${pc.bold("thinkalong")} runs ${engine.model.id}: ${engine.model.description}`);
    if (engine.model.chosenBecause !== null) printLine(pc.dim(engine.model.chosenBecause));
    for (const camera of server.cameras.list()) printLine(cameraLine(camera, server.url));
    for (const alert of server.alerts.list()) printLine(alertLine(alert));
    if (history !== null && server.cameras.list().length > 0) printLine(historyLine(settings));
    for (const [name, entry] of settings.sinks) printLine(`Sink ${pc.bold(name)}: ${sinkWords(entry)}.`);
    printLine(
      `Open ${pc.cyan(server.url)} for the sample page. Clients connect to ${pc.cyan(`${server.url.replace("http", "ws")}/v1/stream`)}`,
    );
    printGuard(guard, settings.guard.tlsSelfSigned);
    printLine(pc.dim(`Press Ctrl-C to stop.${hangUpWords(reread, flags.jsonl)}`));
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

function cameraLine({ name, origin, entry, status }: ListedCamera, url: string): string {
  const from = origin === "api" ? ", made over the API" : "";
  const said = status.state === "disabled" || status.state === "refused" ? `, ${status.state}` : "";
  return `Camera ${pc.bold(name)}: ${shownUrl(entry.url)}${from}${said}. Its events: ${pc.cyan(`${url}/v1/streams/${name}/events`)}`;
}

function historyLine({ history: { path, keep_days, sessions } }: ServeSettings): string {
  const whose = sessions ? "cameras and sessions" : "cameras";
  return `What ${whose} see is kept for ${keep_days} days in ${path} (--no-history keeps nothing).`;
}

function alertLine({ name, origin, rule, how, understood }: ListedAlert): string {
  const from = origin === "api" ? ", made over the API" : "";
  const off = rule.enabled === false ? " It is disabled." : "";
  const said =
    how === null
      ? `never. ${understood}`
      : how === "words"
        ? `when ${understood}.`
        : `asks: "${understood}".`;
  return `Alert ${pc.bold(name)}${from}: ${said}${off}`;
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

export function serveCommand(): Command {
  const serving = new Command("serve")
    .description("Start the server: the WebSocket, the HTTP API and the sample page.")
    .option("-p, --port <port>", "port to listen on; 0: any free one (default: 8080)", port)
    .option(
      "--host <address>",
      "address to listen on; only this machine can reach the default (default: 127.0.0.1)",
    )
    .option("--max-sessions <n>", "most clients at once (default: 16)", positive)
    .option(
      "--allow-origin <origin...>",
      "web origins that may connect, in addition to the server's own page; '*': all (default: none)",
    )
    .option(
      "--allow-host <name...>",
      "host names under which a reverse proxy in front of the server is reached (default: none)",
    )
    .addOption(
      new Option(
        "--log-level <level>",
        "least severe messages to log to standard error (default: warn)",
      ).choices(["silent", "error", "warn", "info", "debug", "trace"]),
    );
  addGuardFlags(serving)
    .option(
      "--jsonl <file>",
      "append thoughts, answers, alerts, gaps and states of all streams to this file, one event a line. SIGHUP: open it again",
      outputFile,
    )
    .optionsGroup("Cameras that the server watches by itself:")
    .option(
      "--camera <name=url>",
      "a camera by its name, such as door=rtsp://door.local/live, or a file; repeatable",
      camera,
    )
    .option(
      "--config <file>",
      `file with cameras, limits and what these flags say; a flag wins (default: ./${DEFAULT_CONFIG}, if it is there). SIGHUP: read it again`,
    )
    .option(
      "--state <dir>",
      "folder for the cameras and alerts that are made over the API (default: server in THINKALONG_HOME)",
    )
    .option(
      "--allow-private-cameras",
      "cameras that are made over the API may have private addresses, as cameras at home have",
    )
    .option(
      "--allow-camera-host <name...>",
      "names, addresses or networks (192.168.7.0/24) that such cameras may have besides public ones",
    )
    .option("--max-cameras <n>", "most cameras, beside the clients (default: 64)", positive)
    .option(
      "--history <file>",
      "file in which what cameras see is kept (default: history.db in the folder of --state)",
    )
    .option("--no-history", "keep nothing of what cameras see");
  return addEngineFlags(serving)
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong serve
  $ thinkalong serve --model HuggingFaceTB/SmolVLM2-256M-Video-Instruct
  $ thinkalong serve --engine openai --base-url http://127.0.0.1:8000/v1
  $ thinkalong serve --camera door=rtsp://user:password@door.local/live --camera yard=http://yard.local/video.mjpg
  $ thinkalong serve --config /etc/thinkalong.yaml --state /var/lib/thinkalong
  $ thinkalong serve --camera yard=http://yard.local/video.mjpg --jsonl said.jsonl
  $ thinkalong tokens add me --scope admin --file tokens.yaml
  $ thinkalong serve --host 0.0.0.0 --tokens tokens.yaml --tls-self-signed
  $ thinkalong serve --host 0.0.0.0 --tokens tokens.yaml --tls-cert cert.pem --tls-key key.pem
  $ thinkalong serve --tokens tokens.yaml --allow-host cameras.example   # behind a reverse proxy at https://cameras.example`,
    )
    .action(guarded(serve));
}
