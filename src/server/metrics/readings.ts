import type { Alerts } from "../../alerts/mod.ts";
import type { CameraRoster } from "../../cameras/mod.ts";
import type { BackendFigures, Engine, EngineHealth } from "../../engine/mod.ts";
import type { History } from "../../history/mod.ts";
import type { StreamRegistry } from "../../streams/mod.ts";
import type { Traffic } from "../traffic.ts";
import type { Labels, MetricSet } from "./metric-set.ts";
import type { SinkCounts } from "./sink-counts.ts";
import { streamLabel } from "./stream-label.ts";

/** Where the metrics are read from that nothing tells of. */
export interface Readings {
  readonly engine: Pick<Engine, "health" | "figures">;
  readonly streams: StreamRegistry;
  readonly cameras: Pick<CameraRoster, "list">;
  readonly alerts: Pick<Alerts, "figures">;
  readonly sockets: { readonly away: number; readonly watching: number };
  readonly realtime: { readonly size: number };
  readonly answers: { readonly size: number };
  readonly readers: { readonly size: number };
  readonly connections: { readonly size: number };
  readonly traffic: Traffic;
  readonly isReady: () => boolean;
  /** By the names of the sinks. */
  readonly sinks: () => Readonly<Record<string, SinkCounts>>;
  readonly history: Pick<History, "figures"> | null;
}

const ENGINE_STATES: Readonly<Record<EngineHealth, true>> = {
  ...{ ready: true, restarting: true, unreachable: true, failed: true, closed: true },
};

type CameraState = ReturnType<CameraRoster["list"]>[number]["status"]["state"];

const CAMERA_STATES: Readonly<Record<CameraState, true>> = {
  ...{ connecting: true, live: true, stalled: true, reconnecting: true },
  ...{ ended: true, disabled: true, refused: true },
};

/** A single value without labels; none where it is not known. */
const one = (value: number | null | undefined): [Labels, number][] => (value == null ? [] : [[{}, value]]);

/** A value for each label of one name. */
const by = (label: string, values: Readonly<Record<string, number>> | null): [Labels, number][] =>
  Object.entries(values ?? {}).map(([name, value]) => [{ [label]: name }, value]);

/** As the camera's stream is counted. */
const cameraLabel = (id: string): Labels => ({ stream: streamLabel({ id, kind: "camera" }) });

/** 1 for the one that is, 0 for the others. */
const among = (all: object, current: string): Record<string, number> =>
  Object.fromEntries(Object.keys(all).map((each) => [each, Number(each === current)]));

/** Reads what nothing tells of: how much there is now, and what others have counted. */
export async function takeReadings(metrics: MetricSet, from: Readings): Promise<void> {
  const { engine, streams, cameras, sockets, realtime, answers, readers, connections, traffic } = from;
  const { restarts, openStreams, freeStreams, backend } = await engine.figures();
  metrics.replace("ready", one(Number(from.isReady())));
  metrics.replace("engineState", by("state", among(ENGINE_STATES, engine.health)));
  metrics.replace("engineRestarts", one(restarts));
  metrics.replace("openStreams", one(openStreams));
  metrics.replace("freeStreams", Number.isFinite(freeStreams) ? one(freeStreams) : []);
  readBackend(metrics, backend);
  readCameras(metrics, cameras);
  const kinds = { session: 0, camera: 0 };
  for (const { kind } of streams) kinds[kind]++;
  metrics.replace("streams", by("kind", kinds));
  metrics.replace("away", one(sockets.away));
  metrics.replace("watchers", one(sockets.watching));
  metrics.replace("realtime", one(realtime.size));
  metrics.replace("openAiAnswers", one(answers.size));
  metrics.replace("readers", one(readers.size));
  metrics.replace("connections", one(connections.size));
  metrics.replace("messages", one(traffic.messages));
  metrics.replace("bytes", one(traffic.bytes));
  metrics.replace("requests", by("status", Object.fromEntries(traffic.answers)));
  metrics.replace(
    "refusals",
    traffic.refusals.map(({ over, code, count }) => [{ over, code }, count]),
  );
  const { alerts, pictures, pictureBytes } = from.alerts.figures;
  metrics.replace("alertRules", one(alerts));
  metrics.replace("alertPictures", one(pictures));
  metrics.replace("alertPictureBytes", one(pictureBytes));
  readRooms(metrics, from);
}

function readBackend(metrics: MetricSet, backend: BackendFigures | null): void {
  const { vision, steps, waiting, cacheBytes, drafts, process, remote } = backend ?? {};
  metrics.replace("visionUnits", one(vision?.units));
  metrics.replace("visionBusy", one(inSeconds(vision?.busyMs)));
  metrics.replace("steps", one(steps?.count));
  metrics.replace("stepTokens", one(steps?.tokens));
  metrics.replace("stepBusy", one(inSeconds(steps?.busyMs)));
  metrics.replace(
    "waiting",
    by("queue", waiting ? { vision: waiting.units, reasoning: waiting.thinkers } : null),
  );
  metrics.replace("cacheBytes", by("cache", cacheBytes ?? null));
  metrics.replace("drafted", one(drafts?.drafted));
  metrics.replace("draftsAccepted", one(drafts?.accepted));
  metrics.replace("inferenceCpu", one(inSeconds(process?.cpuMs)));
  metrics.replace("inferenceMemory", one(process?.residentBytes));
  const servers = remote ? { up: remote.serversUp, down: remote.servers - remote.serversUp } : null;
  metrics.replace("remoteServers", by("state", servers));
  metrics.replace("remoteInFlight", one(remote?.inFlight));
  const requests = remote ? { answered: remote.requests - remote.failed, failed: remote.failed } : null;
  metrics.replace("remoteRequests", by("outcome", requests));
  const prompts = remote ? { computed: remote.prefilledTokens, cached: remote.cachedTokens } : null;
  metrics.replace("remotePrompt", by("source", prompts));
}

function readCameras(metrics: MetricSet, cameras: Readings["cameras"]): void {
  const listed = cameras.list();
  metrics.replace(
    "cameraState",
    listed.flatMap(({ name, status }) =>
      by("state", among(CAMERA_STATES, status.state)).map(([state, value]): [Labels, number] => [
        { ...cameraLabel(name), ...state },
        value,
      ]),
    ),
  );
  metrics.replace(
    "cameraRestarts",
    listed.map(({ name, status }) => [cameraLabel(name), status.restarts]),
  );
}

function readRooms(metrics: MetricSet, { sinks, history }: Pick<Readings, "sinks" | "history">): void {
  const ofSinks = Object.entries(sinks());
  for (const [key, figure] of [
    ["sinkDelivered", "delivered"],
    ["sinkFailed", "failed"],
    ["sinkDropped", "dropped"],
    ["sinkWaiting", "waiting"],
    ["sinkDisabled", "disabled"],
  ] as const)
    metrics.replace(
      key,
      ofSinks.map(([sink, figures]) => [{ sink }, Number(figures[figure])]),
    );
  const kept = history?.figures;
  metrics.replace("historyEvents", by("outcome", kept ? { written: kept.written, lost: kept.lost } : null));
  metrics.replace("historyFailures", one(kept?.failures));
  metrics.replace("historyWaiting", one(kept?.waiting));
  metrics.replace("historyBatch", one(inSeconds(kept?.lastBatchMs)));
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
