import type { ListenedStream, StreamListener } from "../../streams/mod.ts";
import { type CameraList, listText } from "./camera-list.ts";
import type { Discovery } from "./discovery.ts";
import { switchMessage } from "./message.ts";
import type { RetainedTopics } from "./retained-topics.ts";
import { StreamMessages } from "./stream-messages.ts";
import type { Topics } from "./topics.ts";

/** How long after the first connection a camera of an earlier run may come, before its topics are taken away (ms). */
const RETURN_MS = 60_000;

/** How long a camera that was closed for good may be opened again, before its topics are taken away (ms). */
const REOPEN_MS = 5_000;

export interface CameraDevicesOptions {
  readonly topics: Topics;
  /** null: Home Assistant is told nothing. */
  readonly discovery: Discovery | null;
  readonly retained: RetainedTopics;
  /** Names of the cameras that there may be; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** Names of the alerts of a camera. Undefined: each is known from when it was first raised. */
  readonly alertsOf: ((stream: ListenedStream) => readonly string[]) | undefined;
  /** Called when there is something new in `retained`. */
  readonly changed: () => void;
  /** Called when the topic of an alert's switch is taken away. */
  readonly switchGone: (topic: string) => void;
  /** Default: 60 000. */
  readonly returnMs: number | undefined;
  /** Default: 5000. */
  readonly reopenMs: number | undefined;
}

/** A camera that the broker knows. */
export interface Camera {
  /** Its open stream; null: it is closed, and may be opened again. */
  stream: ListenedStream | null;
  readonly messages: StreamMessages;
  readonly alerts: Set<string>;
  /** Alerts that it had before and has no more. */
  readonly formerAlerts: Set<string>;
  /** What its device was when it was told of. */
  told: string | null;
  leaving: NodeJS.Timeout | undefined;
}

/**
 * The cameras that a broker knows. What it keeps of one is taken away when the camera is gone: when it was closed for good,
 * or when it is not there after a restart. So the broker keeps a list of them, too.
 */
export class CameraDevices {
  private readonly cameras = new Map<string, Camera>();
  /** Cameras of an earlier run that have not come yet. */
  private former = new Map<string, readonly string[]>();
  private returning: NodeJS.Timeout | undefined;
  private isSettled = false;

  constructor(private readonly options: CameraDevicesOptions) {
    const { discovery, retained } = options;
    if (discovery !== null) retained.put(discovery.server());
  }

  get(name: string): Camera | undefined {
    return this.cameras.get(name);
  }

  /** Hears of each stream that is opened. */
  readonly listen: StreamListener = (stream) => {
    const { only } = this.options;
    if (stream.kind !== "camera" || (only !== undefined && !only.includes(stream.id))) return;
    this.opened(stream);
    let hasEnded = false;
    let isOver = false;
    stream.log.from(null).subscribe({
      next: (entry) => {
        if (!("event" in entry)) return;
        const { event } = entry;
        hasEnded ||= event.type === "stream.state" && event.state === "ended";
        // A video that has come to its end is still a camera. One that was completed before is closed for good.
        isOver ||= event.type === "session.closed" && event.reason === "completed" && !hasEnded;
      },
      complete: () => this.closed(stream, isOver),
    });
  };

  /** Takes an alert among those of a camera. `refresh` tells of it. */
  addAlert(camera: Camera, alert: string): void {
    camera.alerts.add(alert);
    camera.formerAlerts.delete(alert);
  }

  /** Puts the device of a camera among what the broker is to keep, unless nothing of it has changed. */
  refresh(name: string): void {
    const camera = this.cameras.get(name);
    if (camera === undefined) return;
    const { topics, discovery, retained } = this.options;
    const { alerts, formerAlerts, messages } = camera;
    const { came, left } = messages.counted;
    const told = JSON.stringify([[...alerts], [...formerAlerts], came, left]);
    if (told === camera.told) return;
    camera.told = told;
    const { alertSwitch } = topics.of(name);
    for (const alert of alerts) {
      const off = switchMessage(alertSwitch(alert), "OFF");
      if (!retained.has(off.topic)) retained.put(off);
    }
    for (const alert of formerAlerts) this.clearSwitch(alertSwitch(alert));
    if (discovery !== null) retained.put(discovery.camera(name, { alerts, formerAlerts, came, left }));
    this.putList();
  }

  /** Asks again which alerts the open cameras have. */
  refreshAlerts(): void {
    const { alertsOf, changed } = this.options;
    if (alertsOf === undefined) return;
    for (const [name, camera] of this.cameras) {
      if (camera.stream === null) continue;
      this.replaceAlerts(camera, alertsOf(camera.stream));
      this.refresh(name);
    }
    changed();
  }

  /** Learns which cameras an earlier run has left at the broker. */
  remember(list: CameraList): void {
    if (this.isSettled) return;
    for (const [name, alerts] of list) {
      this.former.set(name, [...alerts]);
      const camera = this.cameras.get(name);
      if (camera === undefined) continue;
      this.takeOver(name, camera);
      this.refresh(name);
    }
    this.putList();
  }

  /** There is a connection. From the first one on, cameras of an earlier run have a while to come. */
  connected(): void {
    if (this.isSettled || this.returning !== undefined) return;
    this.returning = setTimeout(() => this.settle(), this.options.returnMs ?? RETURN_MS).unref();
  }

  close(): void {
    clearTimeout(this.returning);
    for (const { leaving } of this.cameras.values()) clearTimeout(leaving);
  }

  private opened(stream: ListenedStream): void {
    const { topics, retained, alertsOf, changed } = this.options;
    const name = stream.id;
    const known = this.cameras.get(name);
    const camera: Camera = known ?? {
      ...{ stream, alerts: new Set(), formerAlerts: new Set(), told: null, leaving: undefined },
      messages: new StreamMessages(topics.of(name), true),
    };
    clearTimeout(camera.leaving);
    camera.stream = stream;
    this.cameras.set(name, camera);
    if (alertsOf !== undefined) this.replaceAlerts(camera, alertsOf(stream));
    this.takeOver(name, camera);
    if (known === undefined) for (const message of camera.messages.first()) retained.put(message);
    this.refresh(name);
    changed();
  }

  private closed(stream: ListenedStream, isOver: boolean): void {
    const camera = this.cameras.get(stream.id);
    if (camera?.stream !== stream) return;
    camera.stream = null;
    if (!isOver) return;
    camera.leaving = setTimeout(() => {
      this.cameras.delete(stream.id);
      this.takeAway(stream.id, [...camera.alerts, ...camera.formerAlerts]);
    }, this.options.reopenMs ?? REOPEN_MS).unref();
  }

  private replaceAlerts(camera: Camera, alerts: readonly string[]): void {
    for (const alert of camera.alerts) if (!alerts.includes(alert)) camera.formerAlerts.add(alert);
    camera.alerts.clear();
    for (const alert of alerts) {
      camera.alerts.add(alert);
      camera.formerAlerts.delete(alert);
    }
  }

  /** Goes on with the alerts of an earlier run. */
  private takeOver(name: string, camera: Camera): void {
    const before = this.former.get(name) ?? [];
    this.former.delete(name);
    for (const alert of before) {
      if (camera.alerts.has(alert)) continue;
      (this.options.alertsOf === undefined ? camera.alerts : camera.formerAlerts).add(alert);
    }
  }

  /** Whoever of an earlier run has not come until now, comes no more. */
  private settle(): void {
    this.isSettled = true;
    const gone = this.former;
    this.former = new Map();
    for (const [name, alerts] of gone) this.takeAway(name, alerts);
  }

  private takeAway(name: string, alerts: readonly string[]): void {
    const { topics, discovery, retained, changed } = this.options;
    const { state, thought, counts, snapshot, answer, alertSwitch } = topics.of(name);
    // First the device, so that Home Assistant does not see its states go.
    if (discovery !== null) retained.clear(discovery.cameraTopic(name));
    for (const topic of [state, thought, counts, snapshot, answer]) retained.clear(topic);
    for (const alert of alerts) this.clearSwitch(alertSwitch(alert));
    this.putList();
    changed();
  }

  private clearSwitch(topic: string): void {
    this.options.switchGone(topic);
    this.options.retained.clear(topic);
  }

  private putList(): void {
    const { topics, retained } = this.options;
    const alerts = [...this.cameras].map(([name, camera]) => [name, camera.alerts] as const);
    const payload = listText(new Map<string, Iterable<string>>([...this.former, ...alerts]));
    retained.put({ topic: topics.cameras, payload, qos: 1, retain: true });
  }
}
