import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { eventually, makeTempDir } from "../support/media.ts";
import { type Program, thinkalong } from "../support/program.ts";
import { WsClient } from "../support/ws-client.ts";

const home = await makeTempDir();
afterAll(() => home.remove());
const env = { THINKALONG_HOME: home.path };
const run = (...args: string[]) => thinkalong(args, env);
const serve = (...args: string[]) => run("serve", "--model", TINY_BUNDLE, "--port", "0", ...args);
const urlOf = async (program: Program) => (await program.says(/Open (https?:\S+) for/))[1]!;

describe("thinkalong tokens and serve", () => {
  it("make a token whose secret is shown once, let it in over TLS, and read new ones at SIGHUP", async () => {
    const made = await run("tokens", "add", "dashboard", "--scope", "watch", "--scope", "ask").ended;
    const secret = made.stdout.trim();
    const file = join(home.path, "tokens.yaml");
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining(`--tokens ${file}`) });
    expect(await readFile(file, "utf8")).not.toContain(secret);

    await using server = serve("--tokens", file, "--tls-self-signed");
    const url = await urlOf(server);
    expect(url).toMatch(/^https:/);
    expect((await server.says(/wss:\S+\/v1\/stream/))[0]).toContain(url.slice("https".length));
    await server.says(/there is one in .*tokens\.yaml/);
    await server.says(/fingerprint is ([0-9A-F]{2}:){31}/);
    const ca = await readFile(join(home.path, "tls/certificate.pem"), "utf8");
    const connect = (token: string) =>
      WsClient.connect(url, { ca, headers: { authorization: `Bearer ${token}` } });
    await (await connect(secret)).next("session.created");
    const again = await run("tokens", "add", "door", "--scope", "push", "--file", file).ended;
    const other = again.stdout.trim();
    await expect(connect(other)).rejects.toThrowError("401");
    server.process.kill("SIGHUP");
    await eventually(async () => (await connect(other).catch(() => null)) !== null, "the new token is taken");
    server.process.kill("SIGTERM");
    const { code, stdout, stderr } = await server.ended;
    expect(code).toBe(0);
    for (const each of [secret, other]) expect(stdout + stderr).not.toContain(each);
  });

  it("list the tokens of a file without their secrets, and remove one", async () => {
    const file = join(home.path, "listed.yaml");
    const tokens = (...args: string[]) => run("tokens", ...args, "--file", file).ended;
    expect(await tokens("list")).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be read/) });
    const { stdout: secret } = await tokens("add", "door", "--scope", "push", "--stream", "door");
    await tokens("add", "old", "--scope", "watch", "ask", "--expires", "2020-01-31");
    const listed = await tokens("list");
    expect(listed.stdout.split("\n")).toEqual([
      "door: push; only door",
      "old: watch, ask; all streams; ended 2020-01-31T00:00:00.000Z",
      "",
    ]);
    expect(listed.stdout + listed.stderr).not.toContain(secret.trim());
    expect(await tokens("remove", "dor")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has no token dor\. It has: door, old\./),
    });
    expect((await tokens("remove", "door")).code).toBe(0);
    expect(await readFile(file, "utf8")).toMatch(/^# Who may.*\n\s*tokens:\n {2}- name: old\n/);
  });

  it.each<[string, string[], RegExp]>([
    ["an open server on the network", ["--host", "0.0.0.0"], /tokens add .*--tokens.*--insecure/],
    ["a token file that is not there", ["--tokens", "/no/tokens.yaml"], /\/no\/tokens\.yaml cannot be read/],
    ["a certificate without its key", ["--tls-cert", "/no.pem"], /--tls-cert FILE --tls-key FILE/],
  ])("refuse %s in one line, before the model is loaded", async (_what, args, words) => {
    const { code, stdout, stderr } = await run("serve", "--model", "/no/such/model", ...args).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/no\/such\/model|node:| at /);
  });
});
