import type { IClientOptions, MqttClient } from "mqtt";
import type { Logger } from "pino";
import { DeliveryError } from "../delivery-error.ts";
import { type RetryWaits, retryWaitMs } from "../retry-waits.ts";
import type { MqttMessage } from "./message.ts";

/** Where a broker is, and as whom it is connected to. */
export interface BrokerAddress {
  /** `mqtt://HOST:PORT` or `mqtts://HOST:PORT`, without a password. */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Certificates (PEM) to trust. Default: those of Node. */
  readonly ca?: string | undefined;
}

export interface BrokerLinkOptions {
  readonly address: BrokerAddress;
  /** What the broker says of this client when it is gone. */
  readonly will: MqttMessage;
  /** Topics to hear of. */
  readonly subscriptions: readonly string[];
  /** Called on each new connection, before others can publish. When it rejects, the connection is given up. */
  readonly greet: (publish: (message: MqttMessage) => Promise<void>) => Promise<void>;
  /** Called when all can publish. */
  readonly ready: () => void;
  /** @param isOld whether the broker had kept the message */
  readonly heard: (topic: string, payload: Uint8Array, isOld: boolean) => void;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly waits?: RetryWaits | undefined;
  /** Longest time until a broker has answered (ms). Default: 10 000. */
  readonly connectMs?: number | undefined;
  /** Time between two signs of life (s). Default: 30. */
  readonly keepaliveS?: number | undefined;
}

/** How long a broker may take to hear the last word (ms). */
const CLOSE_MS = 500;

/**
 * A connection to a broker that is made again whenever it is lost, after longer and longer waits. Nothing is queued here:
 * what is published while there is no connection, or when it is lost before the broker has taken it, rejects.
 */
export class BrokerLink {
  private client: MqttClient | null = null;
  private isReady = false;
  private isClosed = false;
  /** Why there is no connection. */
  private trouble = "The broker has not answered yet.";
  private told: string | null = null;
  private wake: () => void = () => {};
  private readonly pending = new Set<(error: Error) => void>();

  private constructor(
    private readonly options: BrokerLinkOptions,
    private readonly connect: (url: string, options: IClientOptions) => MqttClient,
  ) {}

  /** Begins to connect, and goes on by itself. */
  static async open(options: BrokerLinkOptions): Promise<BrokerLink> {
    const { connect } = await import("mqtt");
    const link = new BrokerLink(options, connect);
    void link.run();
    return link;
  }

  /** Whether there is a connection on which one can publish. */
  get isUp(): boolean {
    return this.isReady;
  }

  /**
   * Resolves when the broker has a message (quality 1), or when it is written to the connection (quality 0).
   *
   * @throws {DeliveryError} `passing` when there is no connection, or when it is lost before; the signal's reason
   */
  async publish(message: MqttMessage, signal?: AbortSignal): Promise<void> {
    this.requireUp();
    await this.send(message, signal);
  }

  /** @throws {DeliveryError} `passing` when one cannot publish */
  requireUp(): void {
    if (!this.isReady) throw this.notConnected();
  }

  /** Connects at once where it waits to do so. */
  retry(): void {
    this.wake();
  }

  /**
   * Says a last word, and ends the connection. The will is not published then.
   *
   * @param last sent where there is a connection
   */
  async close(last: MqttMessage): Promise<void> {
    this.isClosed = true;
    this.wake();
    const { client, isReady } = this;
    if (client === null) return;
    // Nobody may say anything after the last word.
    this.isReady = false;
    // Where it does not come through, the will says the same.
    if (isReady) await this.send(last, AbortSignal.timeout(CLOSE_MS)).catch(() => {});
    const timer = setTimeout(() => client.stream.destroy(), CLOSE_MS);
    await new Promise<void>((resolve) => {
      client.once("close", () => resolve());
      client.end(!isReady, () => resolve());
    });
    clearTimeout(timer);
  }

  private get name(): string {
    return `The broker ${this.options.address.url}`;
  }

  private notConnected(): DeliveryError {
    return new DeliveryError("passing", `${this.name} is not connected. ${this.trouble}`);
  }

  private async run(): Promise<void> {
    for (let failures = 1; !this.isClosed; failures++) {
      if (await this.connection()) failures = 1;
      if (!this.isClosed) await this.pause(retryWaitMs(failures, this.options.waits));
    }
  }

  /** One connection. Resolves at its end with whether anybody could publish. Never rejects. */
  private connection(): Promise<boolean> {
    const { address, will, connectMs = 10_000, keepaliveS = 30 } = this.options;
    const { url, clientId, username, password, ca } = address;
    const client = this.connect(url, {
      ...{ clientId, clean: true, keepalive: keepaliveS, connectTimeout: connectMs },
      // It is connected to again here, by a client that owes nothing from before.
      ...{ reconnectPeriod: 0, queueQoSZero: false, resubscribe: false },
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(ca !== undefined && { ca }),
      will: { ...will, payload: Buffer.from(will.payload as string) },
    });
    this.client = client;
    let wasReady = false;
    let why: string | null = null;
    client.on("error", (error) => {
      why ??= reasonOf(error);
    });
    client.on("message", (topic, payload, { retain }) => this.options.heard(topic, payload, retain));
    client.on("connect", () => {
      this.greet(client).then(
        () => {
          wasReady = this.isReady;
        },
        (error: Error) => {
          why ??= reasonOf(error);
          client.end(true);
        },
      );
    });
    return new Promise((resolve) => {
      client.on("close", () => {
        this.lost(why ?? "It has closed the connection.");
        client.end(true);
        resolve(wasReady);
      });
    });
  }

  private async greet(client: MqttClient): Promise<void> {
    const { subscriptions, greet, ready, log } = this.options;
    await client.subscribeAsync([...subscriptions], { qos: 1 }).catch((error: Error) => {
      // Who may not read may still write.
      log.warn(`${this.name} did not let this server read ${subscriptions.join(", ")}: ${error.message}`);
    });
    await greet((message) => this.send(message));
    if (client !== this.client || !client.connected || this.isClosed) return;
    this.isReady = true;
    if (this.told !== null) log.info(`${this.name} is connected now.`);
    this.told = null;
    ready();
  }

  private send(message: MqttMessage, signal?: AbortSignal): Promise<void> {
    const { client } = this;
    if (client === null) return Promise.reject(this.notConnected());
    return new Promise((resolve, reject) => {
      let id = 0;
      const settle = (error?: Error) => {
        this.pending.delete(settle);
        signal?.removeEventListener("abort", aborted);
        if (error === undefined) resolve();
        else reject(error);
      };
      const aborted = () => {
        settle(signal!.reason as Error);
        // Or it would be kept until the broker says that it has it.
        if (message.qos === 1) client.removeOutgoingMessage(id);
      };
      if (signal?.aborted) return reject(signal.reason);
      this.pending.add(settle);
      signal?.addEventListener("abort", aborted);
      const { topic, payload, qos, retain } = message;
      const bytes =
        typeof payload === "string"
          ? payload
          : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
      client.publish(topic, bytes, { qos, retain }, (error) => {
        settle(
          error ? new DeliveryError("passing", `${this.name} did not take it: ${error.message}`) : undefined,
        );
      });
      id = client.getLastMessageId();
    });
  }

  private lost(why: string): void {
    this.client = null;
    this.isReady = false;
    this.trouble = why;
    const error = new DeliveryError("passing", `${this.name} was lost before it had the message. ${why}`);
    for (const settle of [...this.pending]) settle(error);
    if (this.isClosed || this.told === why) return;
    this.told = why;
    this.options.log.warn(
      `${this.name} is not connected. ${why} It is connected to again, as often as it takes.`,
    );
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** What is said of a failure, with what to do where that is known. */
function reasonOf(error: Error & { code?: unknown }): string {
  const { code, message } = error;
  if (code === 4 || code === 5) return `It refuses this user (${message}). Check username and password.`;
  if (code === 2) return `It refuses this client_id (${message}). Choose another one.`;
  if (code === "ECONNREFUSED")
    return "Nothing listens there. Check host and port, and whether the broker runs.";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `Its host is not known (${message}).`;
  if (typeof code === "string" && /CERT|SELF_SIGNED|TLS|SSL/.test(code))
    return `Its certificate is not trusted (${message}). Name the file of the certificate that has signed it as ca.`;
  return `${message.replace(/\.?$/, ".")}`;
}
