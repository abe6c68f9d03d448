import type { AlertRule } from "../../../src/alerts/rule-schema.ts";
import type { ServerAddress } from "../server/server-address.ts";

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
