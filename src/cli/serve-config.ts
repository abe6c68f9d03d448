import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AlertRules } from "../alerts/mod.ts";
import type { Cameras } from "../cameras/mod.ts";
import { type Config, type ConfigFile, inSnakeCase, limitsOf, readConfig } from "../config/mod.ts";
import { type HistorySettings, historySchema } from "../history/mod.ts";
import { dataFolder } from "../models/mod.ts";
import { type Limits, readLimits } from "../server/mod.ts";
import type { SinkEntries } from "../sinks/mod.ts";
import type { CameraFlags } from "./camera-flag.ts";
import type { GuardFlags, GuardSettings } from "./guard-flags.ts";
import { sinkEntries } from "./serve-sinks.ts";

/** The config file that is read when it is there and none is named. */
export const DEFAULT_CONFIG = "thinkalong.yaml";

/** What the flags of `serve` say of the server. A flag that was not given is not there. */
export interface ServerFlags extends GuardFlags {
  readonly config?: string;
  readonly state?: string;
  readonly camera?: CameraFlags;
  readonly port?: number;
  readonly host?: string;
  readonly maxSessions?: number;
  readonly maxCameras?: number;
  readonly allowPrivateCameras?: true;
  readonly allowCameraHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly logLevel?: string;
  /** A file; false: `--no-history`. */
  readonly history?: string | boolean;
  readonly jsonl?: string;
}

/** What a server is started with: what the flags say, else the file, else the defaults. */
export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly guard: GuardSettings;
  /** What cameras that are made over the API may reach. */
  readonly cameraNetwork: { readonly allowPrivate: boolean; readonly allowCameraHosts: readonly string[] };
  readonly metrics: boolean;
  readonly logLevel: string;
  readonly history: HistorySettings & { readonly path: string };
  readonly stateDir: string;
  readonly limits: Limits;
  readonly cameras: Cameras;
  readonly alerts: AlertRules;
  readonly sinks: SinkEntries;
}

/**
 * Reads the config file that the flags name, or else the usual one.
 *
 * @returns null when none is named and the usual one is not there
 * @throws {ConfigError} with all that is wrong
 */
export async function findConfig({ config }: ServerFlags): Promise<ConfigFile | null> {
  const path = config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null);
  return path === null ? null : await readConfig(path);
}

/** Puts flags and file together. */
export function serveSettings(flags: ServerFlags, config: Config = {}): ServeSettings {
  const { server } = config;
  return {
    host: flags.host ?? server?.host ?? "127.0.0.1",
    port: flags.port ?? server?.port ?? 8080,
    allowedOrigins: flags.allowOrigin ?? server?.allow_origins ?? [],
    allowedHosts: flags.allowHost ?? server?.allow_hosts ?? [],
    guard: guardSettings(flags, config),
    cameraNetwork: {
      allowPrivate: flags.allowPrivateCameras ?? server?.allow_private_cameras ?? false,
      allowCameraHosts: flags.allowCameraHost ?? server?.allow_camera_hosts ?? [],
    },
    metrics: server?.metrics ?? true,
    logLevel: flags.logLevel ?? server?.log_level ?? "warn",
    stateDir: stateFolder(flags, config),
    history: historySettings(flags, config),
    limits: readLimits({
      ...limitsOf(config),
      ...(flags.maxSessions !== undefined && { maxSessions: flags.maxSessions }),
      ...(flags.maxCameras !== undefined && { maxCameras: flags.maxCameras }),
    }),
    cameras: new Map(Object.entries({ ...config.cameras, ...flags.camera })),
    alerts: new Map(Object.entries(config.alerts ?? {})),
    sinks: sinkEntries(flags.jsonl, config.sinks ?? {}),
  };
}

function stateFolder({ state }: Pick<ServerFlags, "state">, { server }: Config): string {
  return state ?? server?.state ?? join(dataFolder(), "server");
}

/** Where a server keeps its history. */
export function historyPath(flags: Pick<ServerFlags, "state" | "history">, config: Config = {}): string {
  const named = typeof flags.history === "string" ? flags.history : config.history?.path;
  return named ?? join(stateFolder(flags, config), "history.db");
}

function historySettings(flags: ServerFlags, config: Config): ServeSettings["history"] {
  const settings = config.history ?? historySchema.parse({});
  const { history } = flags;
  const enabled = history === false ? false : typeof history === "string" || settings.enabled;
  return { ...settings, enabled, path: historyPath(flags, config) };
}

/** What a flag says of the certificate replaces all that the file says of it. */
function guardSettings(flags: GuardFlags, { server }: Config): GuardSettings {
  const { tlsCert, tlsKey, tlsSelfSigned } = flags;
  const tls =
    (tlsCert ?? tlsKey ?? tlsSelfSigned) !== undefined
      ? { tlsCert, tlsKey, tlsSelfSigned: tlsSelfSigned ?? false }
      : {
          tlsCert: server?.tls_cert,
          tlsKey: server?.tls_key,
          tlsSelfSigned: server?.tls_self_signed ?? false,
        };
  const tokens = flags.tokens ?? server?.tokens;
  return { tokens, insecure: flags.insecure ?? server?.insecure ?? false, ...tls };
}

/** Keys of the file whose new values take effect when the server is started again only. */
export function changedAtStartOnly(running: ServeSettings, wanted: ServeSettings): string[][] {
  const server = [
    ["host", "host"],
    ["port", "port"],
    ["allowedOrigins", "allow_origins"],
    ["allowedHosts", "allow_hosts"],
    ["metrics", "metrics"],
    ["logLevel", "log_level"],
    ["stateDir", "state"],
  ] as const;
  const guard = [
    ["tokens", "tokens"],
    ["insecure", "insecure"],
    ["tlsCert", "tls_cert"],
    ["tlsKey", "tls_key"],
    ["tlsSelfSigned", "tls_self_signed"],
  ] as const;
  const network = [
    ["allowPrivate", "allow_private_cameras"],
    ["allowCameraHosts", "allow_camera_hosts"],
  ] as const;
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  return [
    ...server.filter(([name]) => differs(running[name], wanted[name])).map(([, key]) => ["server", key]),
    ...guard
      .filter(([name]) => differs(running.guard[name], wanted.guard[name]))
      .map(([, key]) => ["server", key]),
    ...network
      .filter(([name]) => differs(running.cameraNetwork[name], wanted.cameraNetwork[name]))
      .map(([, key]) => ["server", key]),
    ...(Object.keys(wanted.history) as (keyof HistorySettings)[])
      .filter((name) => differs(running.history[name], wanted.history[name]))
      .map((name) => ["history", name]),
    ...(Object.keys(wanted.limits) as (keyof Limits)[])
      .filter((name) => running.limits[name] !== wanted.limits[name])
      .map((name) => ["limits", inSnakeCase(name)]),
  ];
}
