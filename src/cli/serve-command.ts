import { once } from "node:events";
import { Command, Option } from "commander";
import pc from "picocolors";
import { type Logger, pino } from "pino";
import { resolveFfmpeg } from "../ingest/mod.ts";
import { createServer, type Server } from "../server/mod.ts";
import { port, positive } from "./arguments.ts";
import { addEngineFlags, type EngineFlags, startEngineFor } from "./engine-flags.ts";
import { guarded } from "./failure.ts";
import { addGuardFlags, type GuardFlags, printGuard, readGuard } from "./guard-flags.ts";
import { logLines } from "./log-lines.ts";
import { freeDescriptors } from "./open-files.ts";
import { printLine } from "./output.ts";
import { CLIENT_DIR, SAMPLE_DIR } from "./paths.ts";

/** Open files that a server needs beside its sessions: requests for the page and its files. */
const SPARE_FILES = 64;

interface ServeFlags extends EngineFlags, GuardFlags {
  readonly port: number;
  readonly maxSessions: number;
  readonly allowOrigin: readonly string[];
  readonly logLevel: string;
}

/**
 * Resolves at the first SIGINT (Ctrl-C) or SIGTERM. SIGHUP (the terminal was closed) counts like them, unless there is
 * something that it can ask to read again. A second signal ends the process at once.
 */
async function interrupted(endsAtHangup: boolean): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const names = ["SIGINT", "SIGTERM", ...(endsAtHangup ? ["SIGHUP"] : [])];
  await Promise.race(names.map((name) => once(process, name, { signal })));
  stop.abort();
}

/** Reads tokens and certificate again at each SIGHUP. What is wrong with them is logged, and the old ones stay. */
function rereadAtHangup(server: Server, log: Logger): void {
  process.on("SIGHUP", () => {
    server.reload().catch((error: Error) => log.error(`${error.message} What was read before stays.`));
  });
}

async function serve(flags: ServeFlags): Promise<void> {
  const guard = await readGuard(flags);
  const isReread = flags.tokens !== undefined || flags.tlsCert !== undefined;
  const log = pino({ level: flags.logLevel }, logLines(2));
  let failed = () => {};
  const failure = new Promise<void>((resolve) => {
    failed = resolve;
  });
  const engine = await startEngineFor(flags, {
    // A service goes on for months. What hangs in it must be got rid of without it.
    isolation: "process",
    // Twice, because a new session may come before the engine has let go of the stream of the one that left.
    maxStreams: 2 * flags.maxSessions,
    onWorkerDeath: (error) => log.error({ err: error }, "the backend died and its sessions have failed"),
    onFailure: (error) => {
      log.fatal({ err: error }, "the engine cannot go on");
      process.exitCode = 1;
      failed();
    },
  });
  try {
    await resolveFfmpeg().then(
      ({ path, origin, version }) => log.info({ path, origin, version }, "ffmpeg"),
      (error: Error) =>
        log.warn(
          `${error.message} Only the server's own reading of videos needs it; images over the WebSocket work without it.`,
        ),
    );
    const server = await createServer({
      engine,
      host: flags.host,
      port: flags.port,
      limits: { maxSessions: flags.maxSessions },
      clientDir: CLIENT_DIR,
      sampleDir: SAMPLE_DIR,
      allowedOrigins: flags.allowOrigin,
      allowedHosts: flags.allowHost,
      ...guard.options,
      log,
    });
    if (isReread) rereadAtHangup(server, log);
    const wanted = flags.maxSessions + SPARE_FILES;
    const free = freeDescriptors(wanted);
    if (free < wanted)
      log.warn(
        `This process may open only ${free} more files. ${flags.maxSessions} sessions and what else is needed take up to ${wanted}. Raise the limit of open files (ulimit -n), or lower --max-sessions.`,
      );
    printLine(`${pc.bold("thinkalong")} runs ${engine.model.id}: ${engine.model.description}`);
    if (engine.model.chosenBecause !== null) printLine(pc.dim(engine.model.chosenBecause));
    printLine(
      `Open ${pc.cyan(server.url)} for the sample page. Clients connect to ${pc.cyan(`${server.url.replace("http", "ws")}/v1/stream`)}`,
    );
    printGuard(guard, flags.tlsSelfSigned === true);
    printLine(pc.dim("Press Ctrl-C to stop."));
    await Promise.race([interrupted(!isReread), failure]);
    await server.close();
  } finally {
    await engine.close();
  }
}

export function serveCommand(): Command {
  const serving = new Command("serve")
    .description("Start the server: the WebSocket, the HTTP API and the sample page.")
    .option("-p, --port <port>", "port to listen on; 0: any free one", port, 8080)
    .option("--host <address>", "address to listen on; only this machine can reach the default", "127.0.0.1")
    .option("--max-sessions <n>", "most clients at once", positive, 16)
    .addOption(
      new Option(
        "--allow-origin <origin...>",
        "web origins that may connect, in addition to the server's own page; '*': all",
      ).default([], "none"),
    )
    .addOption(
      new Option(
        "--allow-host <name...>",
        "host names under which a reverse proxy in front of the server is reached",
      ).default([], "none"),
    )
    .addOption(
      new Option("--log-level <level>", "least severe messages to log to standard error")
        .choices(["silent", "error", "warn", "info", "debug"])
        .default("warn"),
    );
  return addEngineFlags(addGuardFlags(serving))
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong serve
  $ thinkalong serve --model HuggingFaceTB/SmolVLM2-256M-Video-Instruct
  $ thinkalong serve --engine openai --base-url http://127.0.0.1:8000/v1
  $ thinkalong tokens add me --scope admin --file tokens.yaml
  $ thinkalong serve --host 0.0.0.0 --tokens tokens.yaml --tls-self-signed
  $ thinkalong serve --host 0.0.0.0 --tokens tokens.yaml --tls-cert cert.pem --tls-key key.pem
  $ thinkalong serve --tokens tokens.yaml --allow-host cameras.example   # behind a reverse proxy at https://cameras.example`,
    )
    .action(guarded(serve));
}
