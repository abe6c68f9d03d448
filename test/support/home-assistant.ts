/**
 * What Home Assistant takes as a device by MQTT, as far as this project makes use of it. It follows the sources of
 * home-assistant/core, components/mqtt: `discovery.py` (TOPIC_MATCHER), `schemas.py` (DEVICE_DISCOVERY_SCHEMA,
 * MQTT_ENTITY_COMMON_SCHEMA), `config.py` (MQTT_RO_SCHEMA, MQTT_RW_SCHEMA), `util.py` (valid_subscribe_topic,
 * valid_publish_topic), and DISCOVERY_SCHEMA in `sensor.py`, `binary_sensor.py`, `event.py`, `image.py` and `text.py`.
 * Home Assistant drops keys of entities that it does not know; here they are errors. Keys that only some versions since
 * 2024.11 know are left out.
 */
import { z } from "zod";

const isTopic = (topic: string) =>
  topic !== "" && Buffer.byteLength(topic) <= 65_535 && !/[\p{Cc}\u{fdd0}-\u{fdef}]/u.test(topic);
const publishTopic = z.string().refine((topic) => isTopic(topic) && !/[+#]/.test(topic));
const subscribeTopic = z
  .string()
  .refine(
    (topic) =>
      isTopic(topic) &&
      topic
        .split("/")
        .every((level, at, all) => /^(\+|#|[^+#]*)$/.test(level) && (level !== "#" || at === all.length - 1)),
  );
const positiveInt = z.int().min(0);
/** A Jinja template. What it gives is for a test of its own. */
const template = z.string();

const availability = {
  availability_topic: subscribeTopic.optional(),
  availability_mode: z.enum(["all", "any", "latest"]).optional(),
  availability: z
    .array(
      z.strictObject({
        topic: subscribeTopic,
        payload_available: z.string().optional(),
        payload_not_available: z.string().optional(),
        value_template: template.optional(),
      }),
    )
    .optional(),
};

const device = z
  .strictObject({
    identifiers: z.array(z.string()).default([]),
    connections: z.array(z.tuple([z.string(), z.string()])).default([]),
    manufacturer: z.string().optional(),
    model: z.string().optional(),
    model_id: z.string().optional(),
    name: z.string().optional(),
    hw_version: z.string().optional(),
    serial_number: z.string().optional(),
    sw_version: z.string().optional(),
    via_device: z.string().optional(),
    suggested_area: z.string().optional(),
    configuration_url: z.url().optional(),
  })
  .refine(({ identifiers, connections }) => identifiers.length + connections.length > 0);

const origin = z.strictObject({
  name: z.string(),
  sw_version: z.string().optional(),
  support_url: z.url().optional(),
});

/** Of every entity. In the config of a device, `unique_id` must be there. */
const entity = {
  ...availability,
  unique_id: z.string(),
  name: z.string().nullable().optional(),
  qos: z.literal([0, 1, 2]).optional(),
  encoding: z.string().optional(),
  enabled_by_default: z.boolean().optional(),
  entity_category: z.enum(["config", "diagnostic"]).optional(),
  icon: z
    .string()
    .regex(/^[\w-]+:[\w-]+$/)
    .optional(),
  json_attributes_topic: subscribeTopic.optional(),
  json_attributes_template: template.optional(),
};
const readOnly = { ...entity, state_topic: subscribeTopic, value_template: template.optional() };

const sensor = z
  .strictObject({
    platform: z.literal("sensor"),
    ...readOnly,
    device_class: z.enum(["enum", "timestamp", "duration"]).optional(),
    expire_after: positiveInt.optional(),
    force_update: z.boolean().optional(),
    last_reset_value_template: template.optional(),
    options: z.array(z.string()).min(1).optional(),
    suggested_display_precision: positiveInt.optional(),
    state_class: z.enum(["measurement", "total", "total_increasing"]).optional(),
    unit_of_measurement: z.string().optional(),
  })
  // util.py: validate_sensor_state_and_device_class_config
  .refine(
    ({ last_reset_value_template, state_class }) => !last_reset_value_template || state_class === "total",
  )
  .refine(
    ({ options, state_class, unit_of_measurement }) => !options || !(state_class || unit_of_measurement),
  )
  .refine(({ options, device_class }) => (options === undefined) === (device_class !== "enum"));

const binarySensor = z.strictObject({
  platform: z.literal("binary_sensor"),
  ...readOnly,
  device_class: z.enum(["connectivity", "motion", "occupancy", "presence", "problem", "safety"]).optional(),
  expire_after: positiveInt.optional(),
  force_update: z.boolean().optional(),
  off_delay: positiveInt.optional(),
  payload_on: z.string().optional(),
  payload_off: z.string().optional(),
});

const event = z.strictObject({
  platform: z.literal("event"),
  ...readOnly,
  device_class: z.enum(["button", "doorbell", "motion"]).optional(),
  event_types: z.array(z.string()).min(1),
});

const image = z
  .strictObject({
    platform: z.literal("image"),
    ...entity,
    content_type: z.string().optional(),
    image_topic: subscribeTopic.optional(),
    image_encoding: z.literal("b64").optional(),
    url_topic: subscribeTopic.optional(),
    url_template: template.optional(),
  })
  .refine(({ image_topic, url_topic }) => (image_topic === undefined) !== (url_topic === undefined))
  .refine(({ content_type, url_topic }) => content_type === undefined || url_topic === undefined);

const text = z.strictObject({
  platform: z.literal("text"),
  ...entity,
  command_topic: publishTopic,
  state_topic: subscribeTopic.optional(),
  retain: z.boolean().optional(),
  command_template: template.optional(),
  value_template: template.optional(),
  max: z.int().max(255).optional(),
  min: positiveInt.optional(),
  mode: z.enum(["text", "password"]).optional(),
  pattern: z.string().optional(),
});

/** An entity that is taken away. */
const removed = z.strictObject({ platform: z.enum(["sensor", "binary_sensor", "event", "image", "text"]) });

const component = z.union([sensor, binarySensor, event, image, text, removed]);

/** The config of a device. */
export const deviceConfig = z.strictObject({
  ...availability,
  device,
  origin,
  components: z.record(z.string(), component),
  state_topic: subscribeTopic.optional(),
  command_topic: publishTopic.optional(),
  qos: z.literal([0, 1, 2]).optional(),
  encoding: z.string().optional(),
});

export type Component = z.infer<typeof component>;

/** Topics on which a device is told of. */
export const DISCOVERY_TOPIC = /^homeassistant\/device\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/;
