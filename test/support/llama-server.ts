import { spawn } from "node:child_process";
import { join } from "node:path";
import { findLlama } from "./llama/installation.ts";
import { Program } from "./program.ts";

const script = join(import.meta.dirname, "llama/serve.py");

/**
 * Whether tests can start a llama.cpp server: `describe.skipIf(!hasLlama)`. Where `THINKALONG_NEED_LLAMA` is set, as in
 * CI, they are not skipped, and starting one fails.
 */
export const hasLlama: boolean = findLlama() !== null || Boolean(process.env.THINKALONG_NEED_LLAMA);

const missing = "No llama.cpp server is installed for the tests. `npm run build:llama` installs one.";
if (!hasLlama) console.warn(`${missing} The tests that need it are skipped.`);

export interface LlamaServerOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** What it calls its model; default "smollm2-135m". */
  readonly model?: string;
  /** Tokens that all slots share; default 4096. */
  readonly contextLength?: number;
  /** Requests that it works on at once; default 2. */
  readonly slots?: number;
  /** Without, it refuses pictures, as a server of a text model does; default true. */
  readonly images?: boolean;
  /** Asked of every client; default: none. */
  readonly apiKey?: string;
}

/** A slot of the server, as `/slots` tells it. */
export interface LlamaSlot {
  readonly id: number;
  readonly is_processing: boolean;
}

/**
 * A real llama.cpp server of a small model that answers about pictures in English. It has random eyes: what it says of a
 * picture means nothing, but a picture costs tokens (14), and other pictures give other words.
 */
export class LlamaServer implements AsyncDisposable {
  private program: Program | null = null;
  private address = "";

  constructor(private readonly options: LlamaServerOptions) {}

  /** Its address without a path, such as http://127.0.0.1:40001. The API is under /v1. */
  get url(): string {
    return this.address;
  }

  /** What it has printed since it was last started. */
  get log(): string {
    return this.program ? this.program.stdout + this.program.stderr : "";
  }

  /** Starts it, on the port that it had before if it had one. Resolves when it takes requests. */
  async start(): Promise<void> {
    const installed = findLlama();
    if (!installed) throw new Error(missing);
    const { model = "smollm2-135m", contextLength = 4096, slots = 2, images = true } = this.options;
    const port = this.address ? Number(new URL(this.address).port) : (this.options.port ?? 0);
    const apiKey = this.options.apiKey ?? null;
    const options = JSON.stringify({ port, model, contextLength, slots, images, apiKey });
    // The pipe to its standard input stays open for as long as this process lives, and the server for as long as that.
    const child = spawn(installed.python, [script, installed.model, options], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => {});
    this.program = new Program(child);
    const [, address] = await this.program.says(/^listening (\S+)\n/m);
    this.address = address!;
  }

  /** Kills it at once, in the middle of whatever it does. Its connections break. */
  async kill(): Promise<void> {
    const { program } = this;
    this.program = null;
    await program?.[Symbol.asyncDispose]();
  }

  /** Kills it if it runs, and starts it on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** What its slots do. */
  async slots(): Promise<LlamaSlot[]> {
    const { apiKey } = this.options;
    const response = await fetch(`${this.url}/slots`, {
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    });
    if (!response.ok) throw new Error(`The server answered ${response.status} to /slots.`);
    return (await response.json()) as LlamaSlot[];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** Starts a llama.cpp server in about a second. `await using` kills it. */
export async function startLlamaServer(options: LlamaServerOptions = {}): Promise<LlamaServer> {
  const server = new LlamaServer(options);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.kill();
    throw error;
  }
}
