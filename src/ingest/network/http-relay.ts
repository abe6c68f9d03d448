import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { IngestError } from "../errors.ts";
import { Aliases } from "./aliases.ts";
import { ByteRate } from "./byte-rate.ts";
import { GuardedClient } from "./guarded-client.ts";
import { redirection } from "./guarded-fetch.ts";
import type { NetworkGuard } from "./network-guard.ts";
import type { RelayReport } from "./relay-report.ts";

/** Headers of ffmpeg's that servers are given. */
const ASKED = ["accept", "authorization", "cookie", "icy-metadata", "range", "user-agent"];
/** Headers of servers that ffmpeg is not given: they are about one connection, or the relay writes its own. */
const NOT_PASSED =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|location|alt-svc|refresh)$/;
/** How a playlist (HLS) or manifest (DASH) begins. */
const TEXT = /^(\uFEFF)?(#EXTM3U|<\?xml|<MPD)/;
const TEXT_START_BYTES = 16;

/**
 * An HTTP proxy on this machine through which ffmpeg fetches all that belongs to one source: the URL itself, what it
 * redirects to, and the playlists, segments and keys that it names. Every request is checked when it is connected, and
 * goes to the address that was checked. The relay speaks TLS with servers, ffmpeg does not, so it needs no protocol that
 * could connect past the relay.
 */
export class HttpRelay {
  private readonly aliases = new Aliases();
  private readonly client: GuardedClient;
  private readonly rate: ByteRate;
  private readonly stop = new AbortController();
  private readonly server: Server;

  private constructor(
    private readonly guard: NetworkGuard,
    private readonly report: RelayReport,
  ) {
    this.client = new GuardedClient(guard);
    this.rate = new ByteRate(guard.limits.bytesPerSecond, this.stop.signal);
    this.server = createServer({ maxHeaderSize: guard.limits.headerBytes }, (request, response) => {
      void this.take(request, response);
    });
    this.server.maxConnections = guard.limits.connections;
  }

  static async open(guard: NetworkGuard, report: RelayReport): Promise<HttpRelay> {
    const relay = new HttpRelay(guard, report);
    relay.server.listen(0, "127.0.0.1");
    await once(relay.server, "listening");
    return relay;
  }

  /** Its own address, for ffmpeg's `http_proxy`. */
  get proxy(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What ffmpeg opens instead of a URL. */
  aliasOf(url: URL): string {
    return this.aliases.of(url);
  }

  /** A text of ffmpeg's with the servers' own names. */
  reveal(text: string): string {
    return this.aliases.reveal(text);
  }

  /** Ends all connections, and takes no more. */
  async close(): Promise<void> {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    this.client.close();
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = this.aliases.urlOf(request.url ?? "");
    if (url === null || request.method !== "GET") {
      response.writeHead(403).end();
      return;
    }
    const left = new AbortController();
    response.once("close", () => left.abort());
    const signal = AbortSignal.any([this.stop.signal, left.signal]);
    try {
      const answer = await this.client.get(url, { headers: askedHeaders(request), signal });
      await this.pass(answer, url, response);
    } catch (error) {
      if (!signal.aborted) this.report.take(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    }
  }

  private async pass(answer: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const next = redirection(answer, url);
    const status = answer.statusCode ?? 502;
    const headers = passedHeaders(answer);
    if (next !== null) {
      answer.resume();
      this.guard.destination(next);
      response.writeHead(status, { location: this.aliases.of(next), "content-length": 0 }).end();
      return;
    }
    const parts = this.rate.hold<Buffer>(answer);
    const start = await firstBytes(parts);
    if (TEXT.test(start.toString())) {
      const text = this.aliases.hide(await this.wholeText(start, parts, url), url);
      const length = Buffer.byteLength(text);
      response.writeHead(status === 206 ? 200 : status, {
        ...textHeaders(headers),
        "content-length": length,
      });
      response.end(text);
      return;
    }
    response.writeHead(status, headers);
    await pipeline(joined(start, parts), response);
  }

  private async wholeText(start: Buffer, parts: AsyncIterable<Buffer>, { origin }: URL): Promise<string> {
    const { textBytes } = this.guard.limits;
    const read: Buffer[] = [];
    let bytes = 0;
    for await (const part of joined(start, parts)) {
      read.push(part);
      bytes += part.length;
      if (bytes > textBytes) {
        const message = `A playlist of ${origin} has more than ${textBytes} bytes. Give a shorter one.`;
        throw new IngestError("url_refused", message);
      }
    }
    return Buffer.concat(read).toString();
  }
}

function askedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const found = ASKED.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]]));
  // Links are looked for in playlists, which must not be compressed for it.
  return { ...Object.fromEntries(found), "accept-encoding": "identity" };
}

/** Cookies lose their domain, which is not that of the alias. */
function passedHeaders({ headersDistinct }: IncomingMessage): Record<string, string[]> {
  const passed = Object.entries(headersDistinct).filter(([name]) => !NOT_PASSED.test(name));
  const cookies = (headersDistinct["set-cookie"] ?? []).map((cookie) =>
    cookie.replace(/;\s*domain=[^;]*/i, ""),
  );
  return {
    ...(Object.fromEntries(passed) as Record<string, string[]>),
    ...(cookies.length === 0 ? {} : { "set-cookie": cookies }),
  };
}

function textHeaders(headers: Record<string, string[]>): Record<string, string[]> {
  const kept = Object.entries(headers).filter(([name]) => !/^(content-range|accept-ranges|etag)$/.test(name));
  return Object.fromEntries(kept);
}

/** As many bytes as tell a playlist from a video; fewer when there are no more. */
async function firstBytes(parts: AsyncGenerator<Buffer>): Promise<Buffer> {
  let start: Buffer = Buffer.alloc(0);
  while (start.length < TEXT_START_BYTES) {
    const { value, done } = await parts.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}

async function* joined(start: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start;
  yield* rest;
}
