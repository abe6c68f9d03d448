/** The snippets of docs/running.md in the real nginx and Caddy, before a real server. */
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { selfSigned } from "../support/certificate.ts";
import { freePort, makeTempDir } from "../support/media.ts";
import { hasProxy, ReverseProxy } from "../support/proxies.ts";
import { picture, startScriptedServer, until } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

const NAME = "cameras.example";

/** The snippet of a proxy, as docs/running.md has it. */
async function snippet(language: string): Promise<string> {
  const page = await readFile(join(import.meta.dirname, "../../docs/running.md"), "utf8");
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(page)![1]!;
}

/** Replaces what is another one on this machine, all of which must be there. */
function adapted(site: string, values: readonly (readonly [string, string])[]): string {
  return values.reduce((made, [from, to]) => {
    if (!made.includes(from)) throw new Error(`The snippet does not name ${from}.`);
    return made.replaceAll(from, to);
  }, site);
}

interface Files {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
}

type Start = (files: Files, port: number, server: string) => Promise<ReverseProxy>;

const nginx: Start = async ({ folder, cert, key }, port, server) => {
  const site = adapted(await snippet("nginx"), [
    ["listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`],
    ["/etc/letsencrypt/live/cameras.example/fullchain.pem", cert],
    ["/etc/letsencrypt/live/cameras.example/privkey.pem", key],
    ["/var/log/nginx/thinkalong.log", join(folder, "access.log")],
    ["127.0.0.1:8080", server],
  ]);
  return await ReverseProxy.nginx(folder, site, port);
};

const caddy: Start = async ({ folder, cert, key }, port, server) => {
  const site = adapted(await snippet("caddy"), [
    ["cameras.example {", `https://${NAME}:${port} {\n\tbind 127.0.0.1\n\ttls ${cert} ${key}`],
    ["127.0.0.1:8080", server],
  ]);
  return await ReverseProxy.caddy(folder, site, port);
};

describe.each([
  ["nginx", hasProxy.nginx, nginx],
  ["caddy", hasProxy.caddy, caddy],
] as const)("behind %s, as docs/running.md has it", (_, isThere, start) => {
  it.skipIf(!isThere)("pages, sockets and events come through, as they happen", async () => {
    const pems = await selfSigned();
    if (pems === null) throw new Error("openssl is needed to make a certificate.");
    const dir = await makeTempDir();
    onTestFinished(() => dir.remove());
    const files = { folder: dir.path, cert: join(dir.path, "cert.pem"), key: join(dir.path, "key.pem") };
    await writeFile(files.cert, pems.cert);
    await writeFile(files.key, pems.key);
    const script = { thought: (unit: number) => `unit ${unit}` };
    await using server = await startScriptedServer(script, { allowedHosts: [NAME], insecure: true });
    const port = await freePort();
    await using proxy = await start(files, port, new URL(server.url).host);

    const host = `${NAME}:${port}`;
    const options = { rejectUnauthorized: false, servername: NAME, headers: { host: NAME } };
    const fetched = async (path: string) => {
      const [response] = (await once(get(`${proxy.url}${path}`, options), "response")) as [IncomingMessage];
      return response;
    };
    expect(JSON.parse(await text(await fetched("/healthz")))).toEqual({ status: "ok" });

    // A page of the proxy's own name may connect, and one of another name may not.
    const connect = (origin: string) =>
      WsClient.connect(proxy.url, { ...options, headers: { host, origin } });
    await expect(connect("https://evil.example")).rejects.toThrowError("403");
    const client = await connect(`https://${host}`);
    onTestFinished(() => client.socket.terminate());
    const { id } = (await client.next("session.created")).session;

    const events = await fetched(`/v1/streams/${id}/events`);
    expect(events.headers["content-type"]).toContain("text/event-stream");
    let heard = "";
    events.setEncoding("utf8").on("data", (piece: string) => {
      heard += piece;
    });
    const jpeg = await picture();
    for (const unit of [0, 1]) {
      for (const seq of [2 * unit, 2 * unit + 1]) client.frame(jpeg, seq, seq * 100);
      await client.next("response.reasoning_text.done", (event) => event.text === `unit ${unit}`);
      // While both connections stay open: nothing is held back until there is more.
      await until(`unit ${unit} is heard`, () => heard.includes(`unit ${unit}`));
    }
    events.destroy();
  });
});
