import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { LoopbackServer } from "./loopback-server.ts";

/** A request, as the server got it. */
export interface HubRequest {
  readonly path: string;
  readonly range: string | null;
  readonly token: string | null;
}

/** What goes wrong with one request. Returns whether it has answered. */
export type HubFault = (request: HubRequest, response: ServerResponse, body: Buffer) => boolean;

interface HeldFile {
  readonly content: Buffer;
  /** Large files are listed with SHA-256, and lie elsewhere where `elsewhere` is set. */
  readonly large: boolean;
}

const LARGE_BYTES = 10_000;
const PIECE_BYTES = 16_384;

/** A server with the API of the Hugging Face hub and one model, which does wrong what a test tells it to. */
export class HubServer extends LoopbackServer {
  readonly id = "acme/tiny-vlm";
  readonly commit = "0123456789abcdef0123456789abcdef01234567";
  readonly requests: HubRequest[] = [];
  /** Asked before each answer, in order. */
  faults: HubFault[] = [];
  /** Address of another host where large files lie; null: they lie here. */
  elsewhere: string | null = null;
  /** Pause after each piece of a large file (ms). */
  pauseMs = 0;
  /** Files of a page of the list. */
  pageSize = 100;
  private readonly files = new Map<string, HeldFile>();

  static async start(files: Readonly<Record<string, Buffer | string>> = {}): Promise<HubServer> {
    const hub = new HubServer();
    for (const [path, content] of Object.entries(files)) hub.put(path, Buffer.from(content));
    await hub.listen();
    return hub;
  }

  /** A hub with a folder's files. Goldens of tests are left out. */
  static async of(dir: string): Promise<HubServer> {
    const names = (await readdir(dir)).filter((name) => !name.startsWith("golden"));
    const contents = names.map(async (name) => [name, await readFile(join(dir, name))] as const);
    return await HubServer.start(Object.fromEntries(await Promise.all(contents)));
  }

  put(path: string, content: Buffer): void {
    this.files.set(path, { content, large: content.length >= LARGE_BYTES });
  }

  /** Requests for the content of a file. */
  downloads(path: string): HubRequest[] {
    return this.requests.filter((request) => request.path.endsWith(`/${path}`));
  }

  protected async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.url);
    const path = decodeURIComponent(url.pathname);
    const range = request.headers.range ?? null;
    const token = request.headers.authorization?.replace("Bearer ", "") ?? null;
    const got: HubRequest = { path, range, token };
    this.requests.push(got);
    const file = this.files.get(path.slice(path.lastIndexOf("/") + 1));
    for (const fault of this.faults) if (fault(got, response, file?.content ?? Buffer.alloc(0))) return;
    if (path.startsWith(`/api/models/${this.id}/revision/`)) return this.json(response, this.info());
    if (path.startsWith(`/api/models/${this.id}/tree/`)) return this.list(url, response);
    if (path.startsWith("/elsewhere/") && file) return this.send(response, file, range, {});
    if (!path.startsWith(`/${this.id}/resolve/`))
      return refuse(404, "RepoNotFound", "Repository not found")(got, response, Buffer.alloc(0)) as never;
    if (file === undefined)
      return refuse(404, "EntryNotFound", "Entry not found")(got, response, Buffer.alloc(0)) as never;
    const etag = `"${hashOf(file)}"`;
    const linked = { "x-linked-etag": etag, "x-linked-size": file.content.length };
    const headers = { "x-repo-commit": this.commit, etag, ...(file.large && linked) };
    if (file.large && this.elsewhere !== null) {
      const location = `${this.elsewhere}/elsewhere/${path.slice(path.lastIndexOf("/") + 1)}`;
      response.writeHead(302, { ...headers, location }).end();
      return;
    }
    await this.send(response, file, range, headers);
  }

  private info(): object {
    return { _id: "1", id: this.id, sha: this.commit, private: false, gated: false };
  }

  private list(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const all = [...this.files].map(([path, file]) => ({
      type: "file",
      path,
      size: file.content.length,
      oid: gitHash(file.content),
      ...(file.large && { lfs: { oid: hashOf(file), size: file.content.length, pointerSize: 134 } }),
    }));
    const next = from + this.pageSize;
    if (next < all.length) {
      url.searchParams.set("cursor", String(next));
      response.setHeader("link", `<${url.href}>; rel="next"`);
    }
    this.json(response, all.slice(from, next));
  }

  private json(response: ServerResponse, body: unknown): void {
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  }

  private async send(
    response: ServerResponse,
    { content }: HeldFile,
    range: string | null,
    headers: Record<string, string | number>,
  ): Promise<void> {
    const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    if (from >= content.length && content.length > 0) {
      response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
      return;
    }
    const part = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(range === null ? 200 : 206, {
      ...headers,
      "content-length": content.length - from,
      ...(range !== null && part),
    });
    for (let at = from; at < content.length && !response.destroyed; at += PIECE_BYTES) {
      const piece = content.subarray(at, at + PIECE_BYTES);
      if (!response.write(piece)) await drained(response);
      if (this.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.pauseMs));
    }
    response.end();
  }
}

/** Waits until more can be written, or nobody reads any more. */
async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  await Promise.race(["drain", "close"].map((name) => once(response, name, { signal })));
  done.abort();
}

/** A fault that is there for the first requests only. */
export function times(count: number, fault: HubFault): HubFault {
  let left = count;
  return (request, response, body) => left > 0 && fault(request, response, body) && left-- > 0;
}

/** A fault of requests for one path alone, given by its end. */
export function at(path: string, fault: HubFault): HubFault {
  return (request, response, body) => request.path.endsWith(path) && fault(request, response, body);
}

/** Answers with a status, and the hub's words for it. */
export function refuse(
  status: number,
  code = "",
  message = "",
  headers: Record<string, string> = {},
): HubFault {
  return (_, response) => {
    const words = { ...(code && { "x-error-code": code }), ...(message && { "x-error-message": message }) };
    response.writeHead(status, { ...words, ...headers }).end(JSON.stringify({ error: message }));
    return true;
  };
}

/** Breaks the connection after so many bytes of what was asked for. */
export function breaksAfter(bytes: number): HubFault {
  return ({ range }, response, body) => {
    const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    const rest = body.subarray(from);
    const part = { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` };
    response.writeHead(range === null ? 200 : 206, { "content-length": rest.length, ...(range && part) });
    response.write(rest.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
    return true;
  };
}

/** Sends other bytes than the hub lists. */
export function sendsInstead(other: Buffer): HubFault {
  return ({ range }, response) => {
    const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    const part = { "content-range": `bytes ${from}-${other.length - 1}/${other.length}` };
    response.writeHead(range === null ? 200 : 206, range === null ? {} : part).end(other.subarray(from));
    return true;
  };
}

/** Sends the beginning and then nothing, with the connection left open. */
export function stallsAfter(bytes: number): HubFault {
  return (_, response, body) => {
    response.writeHead(200, { "content-length": body.length }).write(body.subarray(0, bytes));
    return true;
  };
}

function hashOf({ content, large }: HeldFile): string {
  return large ? createHash("sha256").update(content).digest("hex") : gitHash(content);
}

function gitHash(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}
