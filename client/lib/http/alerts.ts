import type { AlertRule } from "../../../src/alerts/rule-schema.ts";
import type { ServerAddress } from "../server/server-address.ts";
import { timeText, type When } from "./query.ts";

/**
 * An alert: its rule, and what has come of it.
 *
 * @example
 * const { understood, raised } = await server.alerts.get("somebody-comes");
 */
export interface AlertObject extends AlertRule {
  readonly object: "alert";
  readonly name: string;
  /** Whether it stands in the config file or was made over the API. */
  readonly origin: "config" | "api";
  /** How its words are matched: with what the model says, or by asking it. Null: this model can never say them. */
  readonly how: "words" | "question" | null;
  /** What it waits for, in words; or why it waits for nothing. */
  readonly understood: string;
  /** How often it was raised since the server was started. */
  readonly raised: number;
  /** When it was raised last (ISO 8601); null: never yet. */
  readonly last_raised: string | null;
}

/** A moment at which a rule would have been raised. */
export interface TriedAlert {
  readonly stream: string;
  /** ISO 8601. */
  readonly time: string;
  readonly media_time_ms: number;
  /** What the alert would have said. */
  readonly message: string;
  /** The thought behind which it would have been raised; null: nothing was said at that moment. */
  readonly event_id: string | null;
  /** Path of the picture of that thought, for `picture` of the client; null: none is kept. */
  readonly snapshot: string | null;
}

/**
 * What a rule would have done.
 *
 * @example
 * const { raised, tried } = await server.alerts.try({ when: "a car stops" });
 * console.log(`${raised} times in ${tried.thoughts} thoughts`);
 */
export interface AlertTrial {
  readonly object: "alert.trial";
  readonly how: "words" | "question";
  /** What the rule waits for, in words. */
  readonly understood: string;
  /** From when on was played (ISO 8601): later than asked for, when there was too much. */
  readonly from: string;
  readonly to: string;
  /** How often it would have been raised. */
  readonly raised: number;
  /** When, the newest first, as many as were asked for. */
  readonly data: readonly TriedAlert[];
  readonly tried: {
    readonly thoughts: number;
    /** Streams of which something was recorded. */
    readonly streams: readonly string[];
    /** Whether there was too much to play all of it. */
    readonly capped: boolean;
  };
}

/**
 * On what a rule is tried.
 *
 * @example
 * await server.alerts.try(rule, { from: "7d", limit: 10 });
 */
export interface AlertTrialOptions {
  /** Default: 24 hours before `to`. */
  readonly from?: When | undefined;
  /** Default: now. */
  readonly to?: When | undefined;
  /** Most alerts of the answer, up to 500. All are counted. Default: 50. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The alerts of a server. Users get them from `ThinkalongClient`. */
export let alertsOf: (server: ServerAddress) => HttpAlerts;

/**
 * The alerts of a server over HTTP, as docs/alerts.md describes them. Every method fails with a `ClientError`.
 *
 * @example
 * ```ts
 * const { alerts } = new ThinkalongClient("http://127.0.0.1:8080");
 * const { understood } = await alerts.put("comes", { when: "somebody comes in from the left", cooldown: "1m" });
 * ```
 */
export class HttpAlerts {
  /** `ThinkalongClient` makes one. */
  private constructor(private readonly server: ServerAddress) {}

  static {
    alertsOf = (server) => new HttpAlerts(server);
  }

  /**
   * All alerts that watch a stream that one may watch.
   *
   * @example for (const { name, raised } of await server.alerts.list()) console.log(name, raised);
   */
  async list(): Promise<AlertObject[]> {
    return (await this.server.json<{ data: AlertObject[] }>("v1/alerts")).data;
  }

  /**
   * One alert.
   *
   * @example const { last_raised } = await server.alerts.get("comes");
   */
  async get(name: string): Promise<AlertObject> {
    return await this.server.json(path(name));
  }

  /**
   * Makes an alert, or puts another rule in its place. It is there again after a restart of the server. Fails with
   * `alert_refused` for a rule that the model can never say; `param` is the field, and `message` has examples.
   *
   * @example await server.alerts.put("parked", { when: "a car is parked", for: "10m" });
   */
  async put(name: string, rule: AlertRule): Promise<AlertObject> {
    return await this.server.json(path(name), { method: "PUT", body: rule });
  }

  /**
   * Says when a rule would have been raised on what the server has recorded. Nothing is made of it. Fails with `alert_refused`
   * as {@link put} does, with `no_history`, and with `alert_untriable`, where the model would be asked.
   *
   * @example const { raised } = await server.alerts.try({ when: "a red car enters" }, { from: "7d" });
   */
  async try(rule: AlertRule, options: AlertTrialOptions = {}): Promise<AlertTrial> {
    const { from, to, limit, signal } = options;
    const body = { rule, from: timeText(from), to: timeText(to), limit };
    return await this.server.json("v1/alerts/try", { method: "POST", body, signal });
  }

  /**
   * Deletes an alert.
   *
   * @example await server.alerts.delete("parked");
   */
  async delete(name: string): Promise<void> {
    await this.server.request(path(name), { method: "DELETE" });
  }
}

function path(name: string): string {
  return `v1/alerts/${encodeURIComponent(name)}`;
}
