import type { MqttMessage } from "./message.ts";
import { objectId, type StreamTopics, type Topics } from "./topics.ts";

/** Most characters of the state of an entity of Home Assistant. The whole text is in its attributes. */
const MAX_STATE_CHARS = 255;

/** States of a camera, as on its topic `state`. */
const STATES = ["connecting", "live", "stalled", "reconnecting", "ended"] as const;

/** One entity of a device. Without anything but its platform, it is taken away. */
export type Component = Readonly<Record<string, unknown>> & { readonly platform: string };

/** What makes a device of Home Assistant: MQTT device discovery, since 2024.11. */
export interface DeviceConfig {
  readonly device: Readonly<Record<string, unknown>>;
  readonly origin: Readonly<Record<string, string>>;
  readonly components: Readonly<Record<string, Component>>;
  readonly availability?: readonly { readonly topic: string }[];
}

/** What a camera's device has. */
export interface CameraFeatures {
  readonly alerts: Iterable<string>;
  /** Alerts that it had and has no more. */
  readonly formerAlerts: Iterable<string>;
  /** Kinds that its narrator counts, such as `car`. */
  readonly came: readonly string[];
  readonly left: readonly string[];
}

export interface DiscoveryOptions {
  readonly topics: Topics;
  /** Where Home Assistant listens. */
  readonly prefix: string;
  /** Version of this program. */
  readonly version: string;
  /** After so long without a message a switch of an alert is off (s, whole). */
  readonly offDelayS: number;
  readonly hasSnapshots: boolean;
  readonly hasAsk: boolean;
}

/** Tells Home Assistant of the server and its cameras, each as a device. */
export class Discovery {
  private readonly node: string;

  constructor(private readonly options: DiscoveryOptions) {
    this.node = `${options.prefix}/device/${objectId(options.topics.base)}`;
  }

  /** The topic of a camera's device. */
  cameraTopic(camera: string): string {
    return `${this.node}/${objectId(camera)}/config`;
  }

  /** The server itself, by which the cameras are there. */
  server(): MqttMessage {
    const { base, status } = this.options.topics;
    return configMessage(`${this.node}/config`, {
      device: this.device(base, base),
      origin: this.origin,
      components: {
        status: {
          platform: "binary_sensor",
          ...{ unique_id: `${base}/status`, name: "Status", state_topic: status },
          ...{ payload_on: "online", payload_off: "offline" },
          ...{ device_class: "connectivity", entity_category: "diagnostic" },
        },
      },
    });
  }

  /** A camera, with all its entities. */
  camera(camera: string, features: CameraFeatures): MqttMessage {
    const { topics } = this.options;
    // No base has this sign, so no camera of one server is called like another server.
    const id = `${topics.base}#${camera}`;
    return configMessage(this.cameraTopic(camera), {
      device: { ...this.device(id, camera), model: "Camera", via_device: topics.base },
      origin: this.origin,
      availability: [{ topic: topics.status }],
      components: this.components(id, topics.of(camera), features),
    });
  }

  private components(id: string, topics: StreamTopics, features: CameraFeatures): Record<string, Component> {
    const { offDelayS, hasSnapshots, hasAsk } = this.options;
    const entity = (key: string, platform: string, name: string, own: object): [string, Component] => [
      key,
      { platform, unique_id: `${id}/${key}`, name, ...own },
    ];
    const count = (key: string, name: string, path: string, icon: string) =>
      entity(key, "sensor", name, {
        ...{ state_topic: topics.counts, value_template: `{{ ${path} }}` },
        ...{ state_class: "total_increasing", icon },
      });
    return Object.fromEntries([
      entity("thought", "sensor", "Last thought", text(topics.thought, "mdi:thought-bubble-outline")),
      entity("state", "sensor", "State", {
        ...{ state_topic: topics.state, device_class: "enum", options: STATES },
        ...{ entity_category: "diagnostic", icon: "mdi:cctv" },
      }),
      entity("alert", "event", "Alert", {
        ...{ state_topic: topics.alert, event_types: ["raised"], icon: "mdi:bell-alert-outline" },
      }),
      ...[...features.formerAlerts].map((alert): [string, Component] => [
        `alert_${alert}`,
        { platform: "binary_sensor" },
      ]),
      ...[...features.alerts].map((alert) =>
        entity(`alert_${alert}`, "binary_sensor", alert, {
          ...{ state_topic: topics.alertSwitch(alert), off_delay: offDelayS, icon: "mdi:bell-outline" },
        }),
      ),
      count("alerts", "Alerts", "value_json.alerts", "mdi:bell-badge-outline"),
      count("thoughts", "Thoughts", "value_json.thoughts", "mdi:counter"),
      ...features.came.map((kind) =>
        count(`came_${kind}`, `Came: ${kind}`, `value_json.came['${kind}']`, "mdi:location-enter"),
      ),
      ...features.left.map((kind) =>
        count(`left_${kind}`, `Left: ${kind}`, `value_json.left['${kind}']`, "mdi:location-exit"),
      ),
      ...(hasSnapshots
        ? [
            entity("snapshot", "image", "Last alert", {
              image_topic: topics.snapshot,
              content_type: "image/jpeg",
            }),
          ]
        : []),
      entity("answer", "sensor", "Answer", text(topics.answer, "mdi:comment-text-outline")),
      ...(hasAsk
        ? [
            entity("ask", "text", "Question", {
              command_topic: topics.ask,
              icon: "mdi:comment-question-outline",
            }),
          ]
        : []),
    ]);
  }

  private get origin() {
    return { name: "thinkalong", sw_version: this.options.version };
  }

  private device(identifier: string, name: string) {
    return { identifiers: [identifier], name, manufacturer: "thinkalong", sw_version: this.options.version };
  }
}

/** A sensor for a text. It may be longer than a state, and is then cut; its attributes have all of it. */
function text(topic: string, icon: string) {
  const whole = "value_json.text";
  return {
    state_topic: topic,
    value_template: `{{ ${whole} if ${whole} | length <= ${MAX_STATE_CHARS} else ${whole}[:${MAX_STATE_CHARS - 1}] ~ '…' }}`,
    json_attributes_topic: topic,
    icon,
  };
}

function configMessage(topic: string, config: DeviceConfig): MqttMessage {
  return { topic, payload: JSON.stringify(config), qos: 1, retain: true };
}
