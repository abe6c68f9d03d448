import { pino } from "pino";
import { onTestFinished } from "vitest";
import { wantedBy } from "../../src/sinks/delivery-schema.ts";
import { Dispatcher } from "../../src/sinks/dispatcher.ts";
import { eventFilter } from "../../src/sinks/event-filter.ts";
import { type MqttEntry, mqttSchema } from "../../src/sinks/mqtt/mqtt-schema.ts";
import type { MqttSinkOptions } from "../../src/sinks/mqtt/mqtt-sink.ts";
import { openMqttSink } from "../../src/sinks/mqtt/open-mqtt-sink.ts";
import { noticeOf } from "../../src/sinks/notice.ts";
import type { Notice } from "../../src/sinks/sink.ts";
import { type ListenedStream, type StreamHandle, StreamRegistry } from "../../src/streams/mod.ts";
import { frame } from "./frames.ts";
import { Mosquitto, type MosquittoOptions } from "./mosquitto.ts";
import { SCRIPTED_MODEL, type Script, ScriptedEngine } from "./scripted-engine.ts";
import { until } from "./server.ts";
import { AMPLE_LIMITS } from "./stream-limits.ts";

/** An alert, without its id. */
export const raised = {
  ...{ alert: "visitor", when: "a person enters", message: "A red person enters.", media_time_ms: 200 },
  ...{ response_id: null, zone: null, snapshot: null },
};

/** Where a sink is tried. */
export interface Setting {
  readonly entry?: Partial<MqttEntry>;
  readonly options?: Partial<MqttSinkOptions>;
  readonly env?: Record<string, string>;
  readonly script?: Script;
  readonly url: string;
}

/** A sink at a broker, with the streams of a server. */
export async function startMqttSink({ entry = {}, options = {}, env = {}, script = {}, url }: Setting) {
  const said: string[] = [];
  const say = (message: unknown) => void said.push(String(message));
  const log = { info: say, warn: say } as MqttSinkOptions["log"];
  const parsed = mqttSchema.parse({ type: "mqtt", url, ...entry });
  const waits = { firstMs: 20, mostMs: 100 };
  const sink = await openMqttSink("home", parsed, { env, version: "1.2.3", waits, log, ...options });
  const dispatcher = new Dispatcher({
    ...{ sink, waits, log: pino({ level: "silent" }) },
    limits: { attemptMs: 1000, giveUpAfterMs: 60_000, maxWaiting: 1000, maxWaitingBytes: 1e6 },
  });
  const wants = eventFilter(wantedBy(parsed));
  const offer = (notice: Notice) => dispatcher.offer(notice, 100);
  const listen = (stream: ListenedStream) =>
    void stream.log.from(null).subscribe((one) => {
      if ("event" in one && wants(stream.id, one.event)) offer(noticeOf(stream, one));
    });
  const engine = new ScriptedEngine(script);
  const streams = new StreamRegistry({
    ...{ engine, limits: AMPLE_LIMITS, maxStreams: 4, maxCameras: 4, listeners: [sink.listen, listen] },
  });
  const open = (id: string, kind: "camera" | "session" = "camera") => streams.open({ id, kind });
  const delivered = () => until("all is delivered", () => dispatcher.figures.waiting === 0);
  onTestFinished(async () => {
    for (const stream of [...streams]) stream.close("going_away");
    await dispatcher.close(0);
    await engine.close();
  });
  return { sink, dispatcher, delivered, offer, open, said };
}

/** A broker that is gone after the test. */
export async function startBroker(options: MosquittoOptions = {}) {
  const broker = await Mosquitto.start(options);
  onTestFinished(() => broker[Symbol.asyncDispose]());
  return broker;
}

/** Pictures of an invented camera. */
export function show(stream: StreamHandle, from: number, count = 2): void {
  for (let seq = from; seq < from + count; seq++) stream.see(frame(SCRIPTED_MODEL, seq));
}

/** Where a camera's device is told of. */
export const deviceTopic = (camera: string) => `homeassistant/device/thinkalong/${camera}/config`;
