import type { MqttMessage } from "./message.ts";

/**
 * What the broker is to keep: the last message of each topic. What could not be sent is sent later, in its newest form.
 * So a broker that was away, or that has forgotten everything, has it all again when it is back.
 */
export class RetainedTopics {
  private readonly messages = new Map<string, MqttMessage>();
  private readonly unsent = new Set<string>();

  /** Topics with a message, and those that are still to be taken away. */
  get size(): number {
    return this.messages.size;
  }

  has(topic: string): boolean {
    return this.messages.has(topic);
  }

  /** Keeps a message, in place of the one before. The next `flush` sends it, unless it is the same. */
  put(message: MqttMessage): void {
    if (this.messages.get(message.topic)?.payload === message.payload) return;
    this.messages.set(message.topic, message);
    this.unsent.delete(message.topic);
    this.unsent.add(message.topic);
  }

  /** Takes a topic away from the broker. */
  clear(topic: string): void {
    this.put({ topic, payload: "", qos: 1, retain: true });
  }

  /** The next `flush` sends what is there again. */
  sendAgain(topics: Iterable<string> = this.messages.keys()): void {
    for (const topic of topics) if (this.messages.has(topic)) this.unsent.add(topic);
  }

  /**
   * Sends what has not been sent.
   *
   * @throws as `publish` does; what was not sent is sent the next time
   */
  async flush(publish: (message: MqttMessage) => Promise<void>): Promise<void> {
    for (const topic of this.unsent) {
      const message = this.messages.get(topic)!;
      this.unsent.delete(topic);
      try {
        await publish(message);
      } catch (error) {
        this.unsent.add(topic);
        throw error;
      }
      if (message.payload.length === 0 && this.messages.get(topic) === message) this.messages.delete(topic);
    }
  }
}
