import { createHash, randomBytes } from "node:crypto";

/** A question that a server asks before it believes a password (RFC 7616). */
interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: string | undefined;
  /** Whether the answer counts the requests, as all but old servers want it. */
  readonly isCounted: boolean;
}

/** As much of `fetch` as is needed here. */
export type Fetch = (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<Response>;

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * An address that is asked by HTTP, with the user name and password that it may carry. They are sent in the way that the
 * server asks for, `Basic` or `Digest`: many cameras take the latter alone. All that the ingest asks by itself, and not
 * through ffmpeg, goes through here.
 *
 * @example
 * const response = await new HttpAddress("http://user:password@camera/snapshot.jpg").get({ signal });
 */
export class HttpAddress {
  private readonly url: string;
  private readonly username: string;
  private readonly password: string;
  private challenge: Challenge | null = null;
  private count = 0;

  /** @param fetch how it is asked; default: straight */
  constructor(
    address: string,
    private readonly fetch: Fetch = globalThis.fetch,
  ) {
    // `fetch` refuses addresses with credentials.
    const url = new URL(address);
    this.username = decoded(url.username);
    this.password = decoded(url.password);
    url.username = "";
    url.password = "";
    url.hash = "";
    this.url = url.href;
  }

  /** Asks once, or once more when the server wants the password in another way. Fails as `fetch` does. */
  async get(request: HttpRequest): Promise<Response> {
    const response = await this.send(request);
    if (response.status !== 401 || this.username === "") return response;
    const challenge = digestChallenge(response.headers.get("www-authenticate") ?? "");
    if (challenge === null || challenge.nonce === this.challenge?.nonce) return response;
    await response.body?.cancel();
    this.challenge = challenge;
    this.count = 0;
    return await this.send(request);
  }

  private async send({ headers, signal }: HttpRequest): Promise<Response> {
    const authorization = this.username === "" ? {} : { authorization: this.authorization() };
    const { fetch } = this;
    return await fetch(this.url, { headers: { ...headers, ...authorization }, signal });
  }

  private authorization(): string {
    const { username, password, challenge } = this;
    if (challenge === null) return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const { realm, nonce, opaque, algorithm, isCounted } = challenge;
    const hash = (...parts: readonly string[]) =>
      createHash(/sha-256/i.test(algorithm ?? "") ? "sha256" : "md5")
        .update(parts.join(":"))
        .digest("hex");
    const { pathname, search } = new URL(this.url);
    const uri = pathname + search;
    const nc = (++this.count).toString(16).padStart(8, "0");
    const cnonce = randomBytes(8).toString("hex");
    const counted = isCounted ? [nc, cnonce, "auth"] : [];
    const response = hash(hash(username, realm, password), nonce, ...counted, hash("GET", uri));
    const quoted = { username, realm, nonce, uri, response, ...(opaque === undefined ? {} : { opaque }) };
    return `Digest ${[
      ...Object.entries(quoted).map(([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`),
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(isCounted ? [`qop=auth`, `nc=${nc}`, `cnonce="${cnonce}"`] : []),
    ].join(", ")}`;
  }
}

/** A `%` that begins no character is one. */
function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}

/** The challenge in a header `WWW-Authenticate`; null when it has none that can be answered here. */
function digestChallenge(header: string): Challenge | null {
  for (const [, fields] of header.matchAll(/\bDigest\s+((?:[\w-]+\s*=\s*(?:"[^"]*"|[^\s,"]+)\s*,?\s*)+)/gi)) {
    const field = (name: string) => {
      const [, quoted, bare] =
        new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,"]+))`, "i").exec(fields!) ?? [];
      return quoted ?? bare;
    };
    const [realm, nonce, qop, algorithm] = ["realm", "nonce", "qop", "algorithm"].map(field);
    if (realm === undefined || nonce === undefined) continue;
    if (!/^(md5|sha-256)$/i.test(algorithm ?? "md5")) continue;
    const isCounted = /\bauth\b/i.test(qop ?? "");
    return { realm, nonce, opaque: field("opaque"), algorithm, isCounted };
  }
  return null;
}
