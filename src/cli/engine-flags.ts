import { type Command, InvalidArgumentError, Option } from "commander";
import { createEngine, createRemoteEngine, type RemoteEngineOptions } from "../backends/mod.ts";
import type { Engine, EngineOptions } from "../engine/mod.ts";
import { API_KEY_VARIABLE, readApiKey } from "./api-key.ts";
import { positive, rate, seconds, threads } from "./arguments.ts";
import { BUNDLED_MODEL } from "./paths.ts";

/** What serve and replay let choose of the engine. */
export interface EngineFlags {
  readonly engine: "local" | "openai";
  readonly model?: string;
  readonly threads?: number;
  readonly baseUrl?: readonly string[];
  readonly apiKeyEnv?: string;
  readonly callsPerMinute?: number;
  readonly maxTokensPerMinute?: number;
  readonly frameRate?: number;
  readonly pictureSize?: number;
  readonly window?: number;
  readonly requestTimeout?: number;
}

/** Flags that mean something to a remote engine alone, with their names on the command line. */
const REMOTE_FLAGS = {
  baseUrl: "--base-url",
  apiKeyEnv: "--api-key-env",
  callsPerMinute: "--calls-per-minute",
  maxTokensPerMinute: "--max-tokens-per-minute",
  frameRate: "--frame-rate",
  pictureSize: "--picture-size",
  window: "--window",
  requestTimeout: "--request-timeout",
} as const satisfies Partial<Record<keyof EngineFlags, string>>;

/** Adds the flags that choose the engine and its model. */
export function addEngineFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "-e, --engine <kind>",
        "run a model bundle on this machine, or use a model on an OpenAI-compatible server",
      )
        .choices(["local", "openai"])
        .default("local"),
    )
    .option(
      "-m, --model <model>",
      "local: folder of a model bundle; default: the bundled model. openai: name of the model; default: the only one of the server",
    )
    .option("--threads <n>", "local: inference threads for each of the two workers; default: 1", threads)
    .option(
      "-u, --base-url <url...>",
      "openai: address of the server, such as http://127.0.0.1:8000/v1; several of one model share the work",
    )
    .option(
      "--api-key-env <name>",
      `openai: environment variable that holds the API key; default: ${API_KEY_VARIABLE}`,
    )
    .option("--calls-per-minute <n>", "openai: most requests a minute; default: no limit", positive)
    .option(
      "--max-tokens-per-minute <n>",
      "openai: most tokens a minute, of prompts and answers; default: no limit",
      positive,
    )
    .option(
      "--frame-rate <n>",
      "openai: frames a second to look at; default: what the server keeps up with, as measured at start",
      rate,
    )
    .option(
      "--picture-size <px>",
      "openai: longest side of a picture; default: what the server keeps up with",
      positive,
    )
    .option("--window <pictures>", "openai: most pictures in a prompt; default: up to 16", positive)
    .option("--request-timeout <seconds>", "openai: most time for a request; default: 60", seconds);
}

/**
 * Starts the engine that the flags ask for.
 *
 * @throws {InvalidArgumentError} for flags that do not go together
 * @throws {ModelError} or {RemoteError} when the model cannot be used
 */
export async function startEngineFor(flags: EngineFlags, options: EngineOptions = {}): Promise<Engine> {
  if (flags.engine === "openai") return await createRemoteEngine({ ...remoteOptions(flags), ...options });
  const [name] = Object.entries(REMOTE_FLAGS).find(([flag]) => flags[flag as keyof EngineFlags]) ?? [];
  if (name !== undefined)
    throw new InvalidArgumentError(
      `${REMOTE_FLAGS[name as keyof typeof REMOTE_FLAGS]} is for a model on a server. Add --engine openai.`,
    );
  return await createEngine({ model: flags.model ?? BUNDLED_MODEL, threads: flags.threads ?? 1, ...options });
}

function remoteOptions(flags: EngineFlags): RemoteEngineOptions {
  const { baseUrl = [], model, threads: local } = flags;
  if (baseUrl.length === 0)
    throw new InvalidArgumentError(
      "--engine openai needs the address of a server. Add --base-url, such as --base-url http://127.0.0.1:8000/v1.",
    );
  if (local !== undefined)
    throw new InvalidArgumentError("--threads is for a model on this machine. Leave it out.");
  const { callsPerMinute, maxTokensPerMinute, requestTimeout } = flags;
  return {
    baseUrls: baseUrl,
    ...readApiKey(flags.apiKeyEnv),
    ...(model !== undefined && { model }),
    ...(callsPerMinute !== undefined && { callsPerMinute }),
    ...(maxTokensPerMinute !== undefined && { maxTokensPerMinute }),
    ...(requestTimeout !== undefined && { requestTimeoutMs: requestTimeout }),
    wishes: { fps: flags.frameRate, side: flags.pictureSize, windowUnits: flags.window },
  };
}
