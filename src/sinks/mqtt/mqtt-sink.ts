import type { Logger } from "pino";
import type { EventPictures, ListenedStream, StreamListener } from "../../streams/mod.ts";
import { durationMs } from "../duration.ts";
import type { RetryWaits } from "../retry-waits.ts";
import type { Notice, Sink } from "../sink.ts";
import { AlertSwitches } from "./alert-switches.ts";
import { type BrokerAddress, BrokerLink } from "./broker-link.ts";
import { type Camera, CameraDevices } from "./camera-devices.ts";
import { readList } from "./camera-list.ts";
import { Discovery } from "./discovery.ts";
import { type MqttMessage, switchMessage } from "./message.ts";
import type { MqttEntry } from "./mqtt-schema.ts";
import { type MqttAnswer, Questions } from "./questions.ts";
import { RetainedTopics } from "./retained-topics.ts";
import { StreamMessages } from "./stream-messages.ts";
import { Topics } from "./topics.ts";

/** Most bytes of a picture that is given to the broker. */
const MAX_PICTURE_BYTES = 2 ** 20;

/** Most sessions whose counts are known at once. */
const MAX_SESSIONS = 256;

export interface MqttSinkOptions {
  readonly address: BrokerAddress;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Version of this program, which Home Assistant shows. */
  readonly version: string;
  /** Pictures of alerts. Default: none. */
  readonly pictures?: EventPictures | undefined;
  /** Names of the alerts of a camera. Default: each is known from when it was first raised. */
  readonly alertsOf?: ((stream: ListenedStream) => readonly string[]) | undefined;
  /** Called whenever there is a connection, so that what waits need not wait longer. */
  readonly onReady?: (() => void) | undefined;
  /** How long to wait before a lost broker is connected to again. Default: see `RetryWaits`. */
  readonly waits?: RetryWaits | undefined;
  /** How long a camera of an earlier run may take to come (ms). Default: 60 000. */
  readonly returnMs?: number | undefined;
  /** How long a camera that was closed for good may take to come again (ms). Default: 5000. */
  readonly reopenMs?: number | undefined;
  /** Time between two signs of life (s). Default: 30. */
  readonly keepaliveS?: number | undefined;
}

/**
 * A broker as a sink. Give it the notices by `deliver`, and each stream that is opened by `listen`: of cameras the broker
 * then keeps the state, and Home Assistant shows each as a device. What is kept there is sent again whenever the broker
 * was away.
 */
export class MqttSink implements Sink {
  private readonly topics: Topics;
  private readonly retained = new RetainedTopics();
  private readonly switches: AlertSwitches;
  private readonly questions = new Questions();
  private readonly devices: CameraDevices;
  private readonly sessions = new Map<string, StreamMessages>();
  /** What the notice has become that is being delivered, so that it is not counted again when it is tried again. */
  private current: { readonly id: string; readonly messages: readonly MqttMessage[] } | null = null;
  private link!: BrokerLink;

  private constructor(
    readonly name: string,
    private readonly entry: MqttEntry,
    private readonly options: MqttSinkOptions,
  ) {
    const { base_topic = "thinkalong", discovery = true, ask = true, streams } = entry;
    const { version, alertsOf, returnMs, reopenMs } = options;
    const offAfterMs = durationMs(entry.alert_off_after ?? "30s");
    const topics = new Topics(base_topic);
    this.topics = topics;
    this.switches = new AlertSwitches(offAfterMs, (topic) => this.keep(switchMessage(topic, "OFF")));
    const offDelayS = Math.ceil(offAfterMs / 1000);
    const { prefix, hasSnapshots } = this;
    this.devices = new CameraDevices({
      ...{ topics, retained: this.retained, only: streams, alertsOf, returnMs, reopenMs },
      discovery: discovery
        ? new Discovery({ topics, prefix, version, offDelayS, hasSnapshots, hasAsk: ask })
        : null,
      changed: () => this.send(),
      switchGone: (topic) => this.switches.forget(topic),
    });
    this.listen = this.devices.listen;
  }

  /** Begins to connect, and goes on by itself. */
  static async open(name: string, entry: MqttEntry, options: MqttSinkOptions): Promise<MqttSink> {
    const sink = new MqttSink(name, entry, options);
    const { address, waits, keepaliveS, log } = options;
    const { status, cameras, questions } = sink.topics;
    sink.link = await BrokerLink.open({
      ...{ address, waits, keepaliveS, log },
      will: sink.status("offline"),
      subscriptions: [
        ...[status, cameras],
        ...((entry.ask ?? true) ? [questions] : []),
        ...((entry.discovery ?? true) ? [sink.homeAssistant] : []),
      ],
      greet: (publish) => sink.greet(publish),
      ready: () => sink.ready(),
      heard: (topic, payload, isOld) => sink.heard(topic, payload, isOld),
    });
    return sink;
  }

  /** Hears of each stream that is opened. Cameras become devices. */
  readonly listen: StreamListener;

  /**
   * Publishes what a notice says.
   *
   * @throws {DeliveryError} `passing` when the broker cannot be reached, or has not taken it; the signal's reason
   */
  async deliver(notice: Notice, signal: AbortSignal): Promise<void> {
    this.link.requireUp();
    if (this.current?.id !== notice.id)
      this.current = { id: notice.id, messages: await this.messagesOf(notice) };
    const { messages } = this.current;
    // A camera may have gone since its notice was read.
    const isThere = this.devices.get(notice.stream) !== undefined;
    for (const message of messages) if (message.retain && isThere) this.retained.put(message);
    // After the first values of what may be new.
    this.devices.refresh(notice.stream);
    await this.retained.flush((message) => this.link.publish(message, signal));
    for (const message of messages) if (!message.retain) await this.link.publish(message, signal);
    this.current = null;
  }

  /** Connects at once where it waits to do so. */
  reconnect(): void {
    this.link.retry();
  }

  /** To be called when rules of alerts have come or gone: Home Assistant then has a switch for each. */
  alertsChanged(): void {
    this.devices.refreshAlerts();
  }

  async close(): Promise<void> {
    this.devices.close();
    this.switches.close();
    await this.link.close(this.status("offline"));
  }

  private get hasSnapshots(): boolean {
    return (this.entry.snapshots ?? true) && this.options.pictures !== undefined;
  }

  private get prefix(): string {
    return this.entry.discovery_prefix ?? "homeassistant";
  }

  /** Where Home Assistant says that it has started. */
  private get homeAssistant(): string {
    return `${this.prefix}/status`;
  }

  private status(status: "online" | "offline"): MqttMessage {
    return { topic: this.topics.status, payload: status, qos: 1, retain: true };
  }

  /** On each new connection. Brokers answer in order: when one has the status, what it had kept has come. */
  private async greet(publish: (message: MqttMessage) => Promise<void>): Promise<void> {
    await publish(this.status("online"));
    this.retained.put(this.status("online"));
    this.retained.sendAgain();
    await this.retained.flush(publish);
  }

  private ready(): void {
    this.devices.connected();
    this.send();
    this.options.onReady?.();
  }

  /** @param isOld whether the broker had kept the message */
  private heard(topic: string, payload: Uint8Array, isOld: boolean): void {
    const text = () => new TextDecoder().decode(payload);
    if (topic === this.topics.cameras) {
      if (isOld) this.devices.remember(readList(text()));
    } else if (topic === this.topics.status) {
      // The will of an earlier connection, whose end the broker noticed late.
      if (!isOld && text() !== "online") this.sendAgain([topic]);
    } else if (topic === this.homeAssistant) {
      if (!isOld && text() === "online") this.sendAgain();
    } else if (!isOld) this.asked(topic, payload);
  }

  private asked(topic: string, payload: Uint8Array): void {
    const name = this.topics.askedStream(topic);
    if (name === null) return;
    const stream = this.devices.get(name)?.stream ?? undefined;
    this.questions.ask(stream, payload, (answer) => {
      const message = this.answerMessage(name, answer);
      if (message.retain) this.keep(message);
      // Whoever asks what is not there is not remembered.
      else this.link.publish(message).catch(() => {});
    });
  }

  private answerMessage(stream: string, { question, text, ...rest }: MqttAnswer): MqttMessage {
    const payload = JSON.stringify({ question, text: text ?? "", at: new Date().toISOString(), ...rest });
    const retain = this.devices.get(stream) !== undefined;
    return { topic: this.topics.of(stream).answer, payload, qos: 1, retain };
  }

  private async messagesOf(notice: Notice): Promise<readonly MqttMessage[]> {
    const { stream, event } = notice;
    if (event.type === "response.output_text.done" && this.questions.isOwn(stream, event.response_id))
      return [];
    const camera = this.devices.get(stream);
    if (camera === undefined) return this.sessionMessages(notice);
    // The picture comes first, so that whoever hears of the alert finds it.
    const picture = await this.picture(notice);
    return [...picture, ...camera.messages.of(notice), ...this.switched(notice, camera)];
  }

  /** A session is no device, and the broker keeps nothing of it. */
  private sessionMessages(notice: Notice): readonly MqttMessage[] {
    const { stream, event } = notice;
    const messages = this.sessions.get(stream) ?? new StreamMessages(this.topics.of(stream), false);
    this.sessions.delete(stream);
    if (event.type !== "session.closed") this.sessions.set(stream, messages);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > MAX_SESSIONS) this.sessions.delete(oldest!);
    return messages.of(notice);
  }

  private async picture({ stream, event }: Notice): Promise<MqttMessage[]> {
    if (event.type !== "alert.raised" || event.snapshot === null || !this.hasSnapshots) return [];
    const jpeg = await this.options.pictures!.find(stream, event.event_id);
    if (jpeg === null || jpeg.length > MAX_PICTURE_BYTES) return [];
    return [{ topic: this.topics.of(stream).snapshot, payload: jpeg, qos: 0, retain: true }];
  }

  /** What was delivered late, because the broker was away, is told but switches nothing on. */
  private switched({ stream, event, heardAtMs }: Notice, camera: Camera): MqttMessage[] {
    if (event.type !== "alert.raised") return [];
    this.devices.addAlert(camera, event.alert);
    if (!this.switches.isNew(heardAtMs)) return [];
    const topic = this.topics.of(stream).alertSwitch(event.alert);
    this.switches.on(topic);
    return [switchMessage(topic, "ON")];
  }

  private keep(message: MqttMessage): void {
    this.retained.put(message);
    this.send();
  }

  private sendAgain(topics?: readonly string[]): void {
    this.retained.sendAgain(topics);
    this.send();
  }

  /** Sends what is new. What is not sent, because the connection is lost, is sent on the next one. */
  private send(): void {
    if (this.link?.isUp) this.retained.flush((message) => this.link.publish(message)).catch(() => {});
  }
}
