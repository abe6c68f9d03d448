/** A message for the broker. */
export interface MqttMessage {
  readonly topic: string;
  /** A text, or the bytes of a picture. Where it is retained, an empty one takes the topic away. */
  readonly payload: string | Uint8Array;
  /** 1: the broker says that it has it. 0: it may be lost with the connection. */
  readonly qos: 0 | 1;
  /** Whether the broker keeps it for those who come later. */
  readonly retain: boolean;
}

/** Says whether an alert was raised a short while ago. */
export function switchMessage(topic: string, payload: "ON" | "OFF"): MqttMessage {
  return { topic, payload, qos: 1, retain: true };
}
