import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { freePort } from "./free-port.ts";
import { makeTempDir } from "./media.ts";
import { Program } from "./program.ts";
import { until } from "./server.ts";

// Debian's package puts it where only root looks for programs.
const program = ["mosquitto", "/usr/sbin/mosquitto"].find(
  (each) => spawnSync(each, ["-h"]).error === undefined,
);

/**
 * Whether tests can start a broker: `describe.skipIf(!hasMosquitto)`. Where `THINKALONG_NEED_MOSQUITTO` is set, as in CI,
 * they are not skipped, and starting one fails.
 */
export const hasMosquitto: boolean = program !== undefined || Boolean(process.env.THINKALONG_NEED_MOSQUITTO);

const missing = "The broker mosquitto is not installed (Debian package: mosquitto).";
if (!hasMosquitto) console.warn(`${missing} The tests that need it are skipped.`);

export interface MosquittoOptions {
  /** Who may connect, with the password. Default: everybody. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Speaks TLS with this certificate (PEM). */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Default: any free one. */
  readonly port?: number;
  /** Further lines of its configuration. */
  readonly lines?: readonly string[];
}

/** A real broker: mosquitto. It keeps nothing on disk, so after a restart it has forgotten everything. */
export class Mosquitto implements AsyncDisposable {
  private running: Program | null = null;
  private readonly observers: MqttClient[] = [];

  private constructor(
    private readonly folder: { readonly path: string; readonly remove: () => Promise<void> },
    readonly port: number,
    private readonly options: MosquittoOptions,
  ) {}

  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    if (program === undefined) throw new Error(missing);
    const broker = new Mosquitto(await makeTempDir(), options.port ?? (await freePort()), options);
    await broker.configure();
    await broker.listen();
    return broker;
  }

  get url(): string {
    return `mqtt${this.options.tls ? "s" : ""}://127.0.0.1:${this.port}`;
  }

  /** Starts it; again on the same port. */
  async listen(): Promise<void> {
    this.running = new Program(spawn(program!, ["-c", join(this.folder.path, "mosquitto.conf")]));
    const { running } = this;
    await until("mosquitto runs", () => running.stderr.includes(" running"));
  }

  /** Kills it at once, as a power cut does. */
  async kill(): Promise<void> {
    await this.running?.[Symbol.asyncDispose]();
    this.running = null;
  }

  /** Lets it do nothing for now: its connections stand, and nobody answers. */
  freeze(): void {
    this.running!.process.kill("SIGSTOP");
  }

  thaw(): void {
    this.running!.process.kill("SIGCONT");
  }

  /** A client of it, who sees all that is published from now on, and what is kept. */
  async observe(filter = "#"): Promise<Observer> {
    const { user, tls } = this.options;
    const client = await connectAsync(this.url, {
      ...(user && { username: user.name, password: user.password }),
      ...(tls && { ca: tls.cert, rejectUnauthorized: false }),
      reconnectPeriod: 50,
      // So that it learns of what is published whether the broker keeps it.
      protocolVersion: 5,
    });
    client.on("error", () => {});
    this.observers.push(client);
    const observer = new Observer(client);
    await client.subscribeAsync([filter, MARKS], { qos: 1, rap: true });
    return observer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.observers) client.end(true);
    if (this.running !== null) this.thaw();
    await this.kill();
    await this.folder.remove();
  }

  private async configure(): Promise<void> {
    const { path } = this.folder;
    const { user, tls, lines = [] } = this.options;
    const conf = [
      // Started as root, it would give up the right to read this folder.
      ...["user root", "log_dest stderr", "persistence false", `listener ${this.port} 127.0.0.1`],
      ...[`allow_anonymous ${user === undefined}`, ...lines],
    ];
    if (user !== undefined) {
      const passwords = join(path, "passwords");
      const made = spawnSync("mosquitto_passwd", ["-b", "-c", passwords, user.name, user.password]);
      if (made.status !== 0) throw new Error(`mosquitto_passwd failed: ${made.stderr}`);
      conf.push(`password_file ${passwords}`);
    }
    if (tls !== undefined) {
      const pem = join(path, "certificate.pem");
      await writeFile(pem, `${tls.cert}\n${tls.key}`);
      conf.push(`certfile ${pem}`, `keyfile ${pem}`);
    }
    await writeFile(join(path, "mosquitto.conf"), `${conf.join("\n")}\n`);
  }
}

/** Where observers write marks, and no test anything else. */
const MARKS = "observers/marks";

interface Seen {
  readonly topic: string;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Whether the broker keeps it. */
  readonly isKept: boolean;
}

/** Somebody else at the broker, who keeps all that comes. */
export class Observer {
  readonly seen: Seen[] = [];
  private readonly marks = new Set<string>();

  constructor(readonly client: MqttClient) {
    client.on("message", (topic, bytes, { retain }) => {
      if (topic === MARKS) this.marks.add(bytes.toString());
      else this.seen.push({ topic, text: bytes.toString(), bytes, isKept: retain });
    });
  }

  /** Waits until it listens, also after the broker was away, and has seen all that the broker has now. */
  async caughtUp(): Promise<void> {
    const mark = randomUUID();
    await until("the observer has caught up", () => {
      if (this.client.connected) this.client.publish(MARKS, mark);
      return this.marks.has(mark);
    });
  }

  /** All texts of a topic, in order. */
  texts(topic: string): string[] {
    return this.seen.filter((one) => one.topic === topic).map(({ text }) => text);
  }

  /** The newest message of a topic, as JSON. */
  json(topic: string) {
    return JSON.parse(this.texts(topic).at(-1) ?? "null");
  }

  /** Waits for a message of a topic. */
  async sees(topic: string, wanted: (text: string) => boolean = () => true): Promise<void> {
    await until(`${topic} was seen`, () => this.texts(topic).some(wanted));
  }

  /** Waits until the broker keeps a text at a topic; undefined: nothing. */
  async keeps(topic: string, text: string | undefined): Promise<void> {
    await until(`${topic} is ${text}`, () => this.kept.get(topic) === text);
  }

  /** What the broker keeps now, by topic. */
  get kept(): Map<string, string> {
    const last = new Map(this.seen.filter(({ isKept }) => isKept).map(({ topic, text }) => [topic, text]));
    return new Map([...last].filter(([, text]) => text !== ""));
  }
}
