import type { Logger } from "pino";
import type { AlertRule } from "../alerts/mod.ts";
import type { CameraEntry } from "../cameras/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { History } from "../history/mod.ts";
import type { NetworkPolicy } from "../ingest/mod.ts";
import type { EventPictures, StreamListener } from "../streams/mod.ts";
import type { Limits } from "./limits.ts";
import type { SinkCounts } from "./metrics/sink-counts.ts";
import type { ServerAlerts } from "./server.ts";
import type { CertificateFiles } from "./tls/certificate.ts";

/** Options of a server. All but the engine have a default. */
export interface ServerOptions {
  /** Belongs to the caller, who closes it after the server. */
  readonly engine: Engine;
  /** Address to listen on. Default 127.0.0.1, which only this machine can reach. */
  readonly host?: string;
  /** Port to listen on; default 8080, 0: any free one. */
  readonly port?: number;
  /** Cameras that the server watches by itself, by name. Each is a stream. Default: none. */
  readonly cameras?: Readonly<Record<string, CameraEntry>>;
  /**
   * What cameras may reach that are made over the API, and URLs in chat completions of an administrator. Default: public
   * addresses only. At home cameras are private: then `{ allowPrivate: true }`, or their names and networks in
   * `allowCameraHosts`.
   */
  readonly cameraNetwork?: Pick<NetworkPolicy, "allowPrivate" | "allowCameraHosts">;
  /** Alerts in words, by name. Default: none. */
  readonly alerts?: Readonly<Record<string, AlertRule>>;
  /** Called when alerts have come or gone; the first time before any camera is opened. */
  readonly onAlerts?: (alerts: ServerAlerts) => void;
  /** Where pictures of events are kept beside those of the history and of alerts. Default: nowhere. */
  readonly pictures?: readonly EventPictures[];
  /**
   * Folder in which the cameras and alerts are kept that are made over the API, so that they are there after a restart. Default:
   * none, and they are gone with the server.
   */
  readonly stateDir?: string;
  /** How much the server takes; each limit has a default, see `Limits`. */
  readonly limits?: Partial<Limits>;
  /** Folder of the built page. Default: the one that comes with this package. */
  readonly clientDir?: string;
  /** Folder with clips for the page, served under /sample/. Default: none. */
  readonly sampleDir?: string;
  /** Web origins, such as `https://cameras.example`, that may connect in addition to its own page; `*` for all. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Host names, such as `cameras.example`, under which a reverse proxy in front of the server is reached. Pages with
   * such a name count as the server's own.
   */
  readonly allowedHosts?: readonly string[];
  /**
   * File of the tokens that clients need. Without it, everybody who can reach the server may use it. It refuses to start so
   * where others than this machine can reach it: on another address than loopback, or with `allowedHosts`.
   */
  readonly tokens?: string;
  /** Starts without tokens although others can reach the server. */
  readonly insecure?: boolean;
  /** Makes the server speak TLS: `https:` and `wss:`. */
  readonly tls?: CertificateFiles;
  /** Hear of each stream that is opened: history, sinks and the like. Default: none. */
  readonly listeners?: readonly StreamListener[];
  /**
   * What cameras have seen and thought: /v1/history, and where their streams go on after a restart. It belongs to the
   * caller, who closes it after the server. It hears of each stream before the listeners do. Default: none.
   */
  readonly history?: History;
  /** Whether there are metrics for Prometheus at /metrics. Default true. */
  readonly metrics?: boolean;
  /** What sinks have counted, by their names, for the metrics. Default: there are none. */
  readonly sinkCounts?: () => Readonly<Record<string, SinkCounts>>;
  /** A pino logger. Default: none, nothing is logged. */
  readonly log?: Logger;
}
