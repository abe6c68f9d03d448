import { type Command, InvalidArgumentError, Option } from "commander";
import {
  createEngine,
  createRemoteEngine,
  type Isolation,
  type RemoteEngineOptions,
} from "../backends/mod.ts";
import { KV_PRECISIONS, type KvPrecision } from "../cache/mod.ts";
import type { Engine, EngineOptions } from "../engine/mod.ts";
import { API_KEY_VARIABLE, readApiKey } from "./api-key.ts";
import { levels, positive, rate, seconds, threads } from "./arguments.ts";
import { findModel } from "./models/pull.ts";
import type { Screen } from "./screen.ts";

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
  readonly kv?: KvPrecision;
  readonly everyUnit?: true;
  readonly changedParts?: number;
  readonly requestTimeout?: number;
  readonly isolation?: Isolation;
  readonly hangTimeout?: number;
}

/** What a command chooses by itself. */
interface OwnOptions extends EngineOptions {
  /** Where a model on this machine runs, unless a flag says otherwise. */
  readonly isolation?: Isolation;
}

/** Flags that mean something to a remote engine alone, with their names on the command line. */
const REMOTE_FLAGS = {
  baseUrl: "--base-url",
  apiKeyEnv: "--api-key-env",
  callsPerMinute: "--calls-per-minute",
  maxTokensPerMinute: "--max-tokens-per-minute",
  requestTimeout: "--request-timeout",
} as const satisfies Partial<Record<keyof EngineFlags, string>>;

const collect = (value: string, before: readonly string[] = []) => [...before, value];

/** Adds the flags that choose the engine and its model, in groups of their own. */
export function addEngineFlags(command: Command): Command {
  return command
    .optionsGroup("Model:")
    .addOption(
      new Option(
        "-e, --engine <kind>",
        "run a model on this machine, or use one on an OpenAI-compatible server",
      )
        .choices(["local", "openai"])
        .default("local"),
    )
    .option(
      "-m, --model <model>",
      "name of a model on the Hugging Face hub (owner/name; it is fetched and converted once), or a folder with a model or a checkpoint (default: the bundled model); with --engine openai, its name on the server (default: its only one)",
    )
    .option(
      "--threads <n>",
      "inference threads for each of the two workers, on this machine (default: 1)",
      threads,
    )
    .addOption(
      new Option(
        "--isolation <where>",
        "whether a model on this machine runs in a process of its own, which is replaced when it hangs or dies, or in threads of this one, which take less memory (default: process to serve, threads to replay)",
      ).choices(["process", "threads"]),
    )
    .option(
      "--hang-timeout <seconds>",
      "how long such a process may show no sign of life before it is replaced; it has 20 times its slowest step, where that is longer (default: 60)",
      seconds,
    )
    .option(
      "--changed-parts <levels>",
      "encode only the parts of a picture that changed by more than so many levels of 0..255, such as 6, or by more than the noise: this leaves room for more cameras and loses some accuracy (default: all of it)",
      levels,
    )
    .optionsGroup("How a published checkpoint, or a model on a server, looks:")
    .option(
      "--frame-rate <n>",
      "frames a second to look at (default: what the machine or the server keeps up with, as measured at the start)",
      rate,
    )
    .option(
      "--picture-size <px>",
      "longest side of a picture (default: what the machine or the server keeps up with; of a checkpoint, the nearest size that it has is taken)",
      positive,
    )
    .option(
      "--window <n>",
      "most pictures in a prompt (default: up to 16); of a checkpoint on this machine, units that it keeps in view (default: what its bundle says)",
      positive,
    )
    .addOption(
      new Option(
        "--kv <precision>",
        "keys and values of a checkpoint on this machine: int8 takes about a quarter of the memory, and loses precision (default: f32)",
      ).choices([...KV_PRECISIONS]),
    )
    .option(
      "--every-unit",
      "a checkpoint on this machine says something about each unit (default: it is asked first whether there is something new)",
    )
    .optionsGroup("Model on a server (--engine openai):")
    .option(
      "-u, --base-url <url>",
      "its address, such as http://127.0.0.1:8000/v1; repeatable: several servers of one model share the work",
      collect,
    )
    .option(
      "--api-key-env <name>",
      `environment variable that holds the API key (default: ${API_KEY_VARIABLE})`,
    )
    .option("--calls-per-minute <n>", "most requests a minute", positive)
    .option("--max-tokens-per-minute <n>", "most tokens a minute, of prompts and answers", positive)
    .option("--request-timeout <seconds>", "most time for a request (default: 60)", seconds);
}

/**
 * Starts the engine that the flags ask for. A model that is not on this machine yet is pulled.
 *
 * @param screen where it is shown how a pull goes on
 * @throws {InvalidArgumentError} for flags that do not go together
 * @throws {ModelError} or {RemoteError} when the model cannot be used
 * @throws {Interrupted} when a signal has ended a pull
 */
export async function startEngineFor(
  flags: EngineFlags,
  { isolation: usual = "threads", ...options }: OwnOptions = {},
  screen?: Screen,
): Promise<Engine> {
  if (flags.engine === "openai") return await createRemoteEngine({ ...remoteOptions(flags), ...options });
  const [name] = Object.entries(REMOTE_FLAGS).find(([flag]) => flags[flag as keyof EngineFlags]) ?? [];
  if (name !== undefined)
    throw new InvalidArgumentError(
      `${REMOTE_FLAGS[name as keyof typeof REMOTE_FLAGS]} is for a model on a server. Add --engine openai.`,
    );
  const model = await findModel(flags.model, screen);
  const {
    threads: each = 1,
    kv,
    everyUnit,
    changedParts: changedLevels,
    isolation = usual,
    hangTimeout: hangMs,
  } = flags;
  const settings = { kv, everyUnit, changedLevels };
  return await createEngine({
    ...{ model, threads: each, wishes: wishesOf(flags), settings, isolation },
    ...(hangMs !== undefined && { hangMs }),
    ...options,
  });
}

function wishesOf({ frameRate: fps, pictureSize: side, window: windowUnits }: EngineFlags) {
  return { fps, side, windowUnits };
}

function remoteOptions(flags: EngineFlags): RemoteEngineOptions {
  const { baseUrl = [], model, threads: local } = flags;
  if (baseUrl.length === 0)
    throw new InvalidArgumentError(
      "--engine openai needs the address of a server. Add --base-url, such as --base-url http://127.0.0.1:8000/v1.",
    );
  if (local !== undefined)
    throw new InvalidArgumentError("--threads is for a model on this machine. Leave it out.");
  for (const [flag, given, what] of [
    ["--kv", flags.kv, "checkpoint"],
    ["--every-unit", flags.everyUnit, "checkpoint"],
    ["--changed-parts", flags.changedParts, "model"],
    ["--isolation", flags.isolation, "model"],
    ["--hang-timeout", flags.hangTimeout, "model"],
  ] as const)
    if (given !== undefined)
      throw new InvalidArgumentError(`${flag} is for a ${what} on this machine. Leave it out.`);
  const { callsPerMinute, maxTokensPerMinute, requestTimeout } = flags;
  return {
    baseUrls: baseUrl,
    ...readApiKey(flags.apiKeyEnv),
    ...(model !== undefined && { model }),
    ...(callsPerMinute !== undefined && { callsPerMinute }),
    ...(maxTokensPerMinute !== undefined && { maxTokensPerMinute }),
    ...(requestTimeout !== undefined && { requestTimeoutMs: requestTimeout }),
    wishes: wishesOf(flags),
  };
}
