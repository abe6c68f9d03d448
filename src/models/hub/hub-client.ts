import { z } from "zod";
import { ModelError } from "../errors.ts";
import { type Asked, networkFault, statusFault } from "./faults.ts";
import type { HubSettings } from "./settings.ts";
import { Stall } from "./stall.ts";

/** A file of a checkpoint, as the hub lists it. */
export interface HubFile {
  /** Path from the root of the checkpoint. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Its content's hash, by which the cache names it: SHA-256 of a large file, git's SHA-1 of a small one. */
  readonly etag: string;
}

/** What the hub says of a model at a revision. */
export interface HubInfo {
  readonly id: string;
  readonly commit: string;
}

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const infoSchema = z.object({ id: z.string().optional(), sha: hex(40) });

const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.int().nonnegative(),
    oid: hex(40),
    lfs: z.object({ oid: hex(64), size: z.int().nonnegative() }).optional(),
  }),
);

/** A page of an answer, and the address of the next one. */
interface Page<T> {
  readonly body: T;
  readonly next: string | null;
}

const MOST_REDIRECTS = 10;
const MOST_PAGES = 100;

/**
 * Plain requests to the Hugging Face hub, or to a server with its API. Each method makes one try. Faults that may pass
 * are thrown as {@link PassingFault}, others as {@link ModelError}.
 */
export class HubClient {
  /** @param stallMs longest time without a byte (ms) */
  constructor(
    readonly settings: HubSettings,
    private readonly stallMs = 30_000,
  ) {}

  /** What commit a revision is. */
  async info(id: string, revision: string, signal: AbortSignal): Promise<HubInfo> {
    const url = `${this.settings.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`;
    const { body } = await this.json(url, { id, revision, file: null }, infoSchema, signal);
    return { id: body.id ?? id, commit: body.sha };
  }

  /** The files in the root of a checkpoint. */
  async files(id: string, commit: string, signal: AbortSignal): Promise<HubFile[]> {
    const found: HubFile[] = [];
    let url: string | null = `${this.settings.endpoint}/api/models/${id}/tree/${commit}`;
    for (let page = 0; url !== null && page < MOST_PAGES; page++) {
      const asked = { id, revision: commit, file: null };
      const listed: Page<z.infer<typeof treeSchema>> = await this.json(url, asked, treeSchema, signal);
      for (const { type, path, size, oid, lfs } of listed.body)
        if (type === "file") found.push({ path, size: lfs?.size ?? size, etag: lfs?.oid ?? oid });
      url = listed.next;
    }
    return found;
  }

  /**
   * Opens a file's content.
   *
   * @param from first byte that is wanted
   * @returns its first byte, and its chunks; null: the file has no byte `from` (status 416)
   */
  async open(
    id: string,
    commit: string,
    file: HubFile,
    from: number,
    signal: AbortSignal,
  ): Promise<{ readonly from: number; readonly chunks: AsyncIterable<Uint8Array> } | null> {
    const url = `${this.settings.endpoint}/${id}/resolve/${commit}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
    const stall = new Stall(this.stallMs, signal);
    const asked = { id, revision: commit, file: file.path };
    const headers = from > 0 ? { range: `bytes=${from}-` } : {};
    const response = await this.request(url, asked, headers, stall, (first) =>
      requireSame(first, commit, file),
    );
    if (response.status === 416) {
      await drop(response, stall);
      return null;
    }
    const begin = response.status === 206 ? firstByte(response) : 0;
    if (begin !== null && (begin === 0 || begin === from))
      return { from: begin, chunks: chunksOf(response, stall) };
    await drop(response, stall);
    throw new ModelError(
      "hub_unexpected",
      `${new URL(response.url).host} was asked for ${file.path} from byte ${from} on and sent another part of it. Check whether HF_ENDPOINT is the address of a hub.`,
    );
  }

  private async json<T>(
    url: string,
    asked: Asked,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<Page<T>> {
    const stall = new Stall(this.stallMs, signal);
    const response = await this.request(url, asked, {}, stall);
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunksOf(response, stall)) pieces.push(chunk);
    const next = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get("link") ?? "");
    const nextUrl = next === null ? null : new URL(next[1]!, response.url).href;
    try {
      return { body: schema.parse(JSON.parse(Buffer.concat(pieces).toString("utf8"))), next: nextUrl };
    } catch (cause) {
      throw new ModelError(
        "hub_unexpected",
        `What ${url} says is not what a hub says. Check whether HF_ENDPOINT is the address of one.`,
        cause,
      );
    }
  }

  /** @param look at the hub's own answer, which may be a redirect to where the content lies */
  private async request(
    start: string,
    asked: Asked,
    headers: Record<string, string>,
    stall: Stall,
    look: (answer: Response) => void = () => {},
  ): Promise<Response> {
    const { endpoint, token } = this.settings;
    let url = start;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const isHub = new URL(url).origin === new URL(endpoint).origin;
      const response = await fetch(url, {
        redirect: "manual",
        signal: stall.signal,
        // Without compression a length is the file's own. The token is for the hub alone.
        headers: {
          ...headers,
          "accept-encoding": "identity",
          "user-agent": "thinkalong",
          ...(isHub && token !== null && { authorization: `Bearer ${token}` }),
        },
      }).catch((thrown) => {
        stall.end();
        throw stall.explain(thrown) ?? networkFault(thrown, url);
      });
      const location = response.headers.get("location");
      const isRedirect = response.status >= 300 && response.status < 400 && location !== null;
      if (!isRedirect && !response.ok && response.status !== 416) {
        await drop(response, stall);
        throw statusFault(response, asked, this.settings);
      }
      try {
        if (isHub) look(response);
      } catch (error) {
        await drop(response, stall);
        throw error;
      }
      if (!isRedirect) return response;
      await response.body?.cancel().catch(() => {});
      if (!URL.canParse(location, url)) break;
      url = new URL(location, url).href;
    }
    stall.end();
    throw new ModelError(
      "hub_unexpected",
      `${start} leads from one address to the next and to no file. Check HF_ENDPOINT.`,
    );
  }
}

/** Refuses a file that is not the one that was listed. Servers that are no hubs leave some headers out. */
function requireSame({ status, headers }: Response, commit: string, { path, size, etag }: HubFile): void {
  const plain = (text: string | null) => text?.replace(/^W\//, "").replaceAll('"', "") ?? null;
  const linked = plain(headers.get("x-linked-etag"));
  // An ETag of another form is a mirror's own.
  const own = plain(headers.get("etag"));
  const hash = linked ?? (own !== null && own.length === etag.length ? own : null);
  const told = headers.get("x-linked-size");
  const found = [
    ["commit", headers.get("x-repo-commit"), commit],
    ["hash", status === 416 ? null : hash, etag],
    ["size", told, String(size)],
  ].find(([, is, wanted]) => is !== null && is !== wanted);
  if (found)
    throw new ModelError(
      "hub_unexpected",
      `The hub lists ${path} with the ${found[0]} ${found[2]} and sends it with ${found[1]}. Try again later.`,
    );
}

function firstByte({ headers }: Response): number | null {
  const found = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "");
  return found === null ? null : Number(found[1]);
}

async function drop(response: Response, stall: Stall): Promise<void> {
  stall.end();
  await response.body?.cancel().catch(() => {});
}

async function* chunksOf(response: Response, stall: Stall): AsyncGenerator<Uint8Array> {
  try {
    if (response.body === null) return;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      stall.moves();
      yield chunk;
    }
  } catch (thrown) {
    throw stall.explain(thrown) ?? networkFault(thrown, response.url);
  } finally {
    stall.end();
  }
}
