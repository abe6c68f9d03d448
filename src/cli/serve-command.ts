import { Command, Option } from "commander";
import { outputFile, port, positive } from "./arguments.ts";
import { camera } from "./camera-flag.ts";
import { addEngineFlags } from "./engine-flags.ts";
import { guarded } from "./failure.ts";
import { addGuardFlags } from "./guard-flags.ts";
import { serve } from "./serve.ts";
import { DEFAULT_CONFIG } from "./serve-config.ts";

export function serveCommand(): Command {
  const serving = new Command("serve")
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
