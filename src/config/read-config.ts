import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { AlertProblems } from "../alerts/mod.ts";
import type { CameraProblems } from "../cameras/mod.ts";
import { knownKeys, plainEnglish, unknownKey } from "../protocol/mod.ts";
import { SinkProblems } from "../sinks/mod.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { type Environment, substituteVariables } from "./environment.ts";
import { YamlPlaces } from "./yaml-places.ts";

/** What is wrong with entries of a section, though each is valid by itself. */
export type EntryProblems = CameraProblems | AlertProblems | SinkProblems;

/** A config file that was read. */
export interface ConfigFile {
  readonly path: string;
  readonly config: Config;
  /** What is wrong with its cameras, alerts or sinks, with the lines where they stand. */
  explain(problems: EntryProblems): ConfigError;
  /** A sentence about a key, with the line where it stands: `thinkalong.yaml:3:5: …`. */
  say(key: readonly string[], message: string): string;
}

/**
 * Reads a config file.
 *
 * @throws {ConfigError} with all that is wrong, each with its line and column
 * @example
 * const { config } = await readConfig("thinkalong.yaml");
 * config.cameras?.door?.url // "rtsp://door.local/live"
 */
export async function readConfig(path: string, env: Environment = process.env): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const message = `The config file cannot be read (${(error as Error).message}). Check --config.`;
    throw new ConfigError(path, [{ line: 1, column: 1, message }]);
  }
  return parseConfig(text, path, env);
}

/**
 * Reads the text of a config file.
 *
 * @param path for messages
 * @throws {ConfigError} as `readConfig` does
 */
export function parseConfig(text: string, path: string, env: Environment = process.env): ConfigFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const places = new YamlPlaces(document, lineCounter);
  const problems: ConfigProblem[] = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    ...places.at(pos[0]),
    message: `This is not valid YAML. ${message.endsWith(".") ? message : `${message}.`}`,
  }));
  // What is not YAML says nothing about its values.
  if (problems.length > 0) throw new ConfigError(path, problems);

  substituteVariables(document, env, (node, message) =>
    problems.push({ ...places.at(node.range?.[0] ?? 0), message }),
  );
  // A variable that is missing has made its text wrong, and is told already.
  const told = new Set(problems.map(({ line }) => line));
  const value = plainValue(document, path);
  const parsed = configSchema.safeParse(value, { error: plainEnglish });
  for (const issue of parsed.error?.issues ?? [])
    problems.push(...problemsOf(issue, places, value).filter(({ line }) => !told.has(line)));
  if (!parsed.success || problems.length > 0) throw new ConfigError(path, problems);
  return {
    path,
    config: parsed.data,
    explain: (wrong) =>
      new ConfigError(
        path,
        entryProblems(wrong).map(({ section, entry, key, message }) => {
          const at = [section, ...(entry === null ? [] : [entry]), ...(key?.split(".") ?? [])];
          return { ...places.ofValue(at), message: about(at, message) };
        }),
      ),
    say: (key, message) => {
      const { line, column } = places.ofValue(key);
      return `${path}:${line}:${column}: ${about(key, message)}`;
    },
  };
}

interface EntryProblem {
  readonly section: string;
  /** Name of the entry; null: none alone. */
  readonly entry: string | null;
  readonly key: string | null;
  readonly message: string;
}

function entryProblems(wrong: EntryProblems): EntryProblem[] {
  if (wrong instanceof SinkProblems)
    return wrong.problems.map(({ sink, key, message }) => ({
      ...{ section: "sinks", entry: sink, key, message },
    }));
  if (wrong instanceof AlertProblems)
    return wrong.problems.map(({ alert, key, message }) => ({
      ...{ section: "alerts", entry: alert, key, message },
    }));
  return wrong.problems.map(({ camera, key, message }) => ({
    ...{ section: "cameras", entry: camera, key, message },
  }));
}

function plainValue(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw new ConfigError(path, [{ line: 1, column: 1, message: `${(error as Error).message}.` }]);
  }
}

function problemsOf(issue: z.core.$ZodIssue, places: YamlPlaces, value: unknown): ConfigProblem[] {
  if (issue.code !== "unrecognized_keys") {
    const place = issue.code === "invalid_key" ? places.ofKey(issue.path) : places.ofValue(issue.path);
    return [{ ...place, message: about(issue.path, issue.message) }];
  }
  return issue.keys.map((key) => {
    const message = unknownKey(key, knownKeys(configSchema, issue.path, value));
    return { ...places.ofKey([...issue.path, key]), message: about(issue.path, message) };
  });
}

function about(path: readonly PropertyKey[], message: string): string {
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}
