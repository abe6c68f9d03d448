import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { digestOf, parseTokens } from "../../../src/server/auth/token-file.ts";
import { addToken, TokenStore } from "../../../src/server/mod.ts";
import { startScriptedServer } from "../../support/server.ts";
import { secretOf, tokenFile, tokensText } from "../../support/tokens.ts";

const SECRET = "a-secret-of-many-characters";
const sha256 = digestOf(SECRET).toString("hex");

describe("a token file", () => {
  it("may have a secret or only its hash, and both let the same secret in", async () => {
    const path = await tokenFile(
      `# comments are fine\ntokens:\n  - { name: plain, secret: ${secretOf("plain")}, scopes: [watch] }\n  - { name: hashed, sha256: ${sha256.toUpperCase()}, scopes: [ask, push], streams: [door] }\n`,
    );
    const tokens = await TokenStore.read(path);
    expect(tokens.find(secretOf("plain"))?.grant).toMatchObject({ name: "plain", streams: null });
    expect(tokens.find(SECRET)?.grant).toMatchObject({ name: "hashed", streams: new Set(["door"]) });
    expect(tokens.find(sha256)).toBeNull();
    expect(tokens.find("")).toBeNull();
    expect(tokens.isOpenToOthers).toBe(false);
  });

  it("may be JSON, and may have no token at all", async () => {
    expect(await parseTokens('{"tokens": []}', "t.json")).toEqual([]);
    const [token] = await parseTokens(
      JSON.stringify({ tokens: [{ name: "a", sha256, scopes: ["admin"], expires: "2027-01-31" }] }),
      "t.json",
    );
    expect(token?.expiresAtMs).toBe(Date.UTC(2027, 0, 31));
  });

  it.each([
    ["nothing", "", /expected object/],
    ["a broken line", `tokens:\n  - name: "a\n    secret: ${SECRET}`, /Line \d+ is not YAML/],
    [
      "a secret that looks like an alias",
      `tokens: [{ name: a, secret: *${SECRET}, scopes: [ask] }]`,
      /YAML|alias/,
    ],
    [
      "a short secret",
      "tokens: [{ name: a, secret: hunter2hunter2, scopes: [ask] }]",
      /tokens\[0\]\.secret: .*16/,
    ],
    ["a secret with spaces", `tokens: [{ name: a, secret: ${SECRET} 2, scopes: [ask] }]`, /no spaces/],
    [
      "a secret that is a number",
      "tokens: [{ name: a, secret: 12345678901234567, scopes: [ask] }]",
      /expected string/,
    ],
    [
      "both",
      `tokens: [{ name: a, secret: ${SECRET}, sha256: ${sha256}, scopes: [ask] }]`,
      /either a secret or a sha256/,
    ],
    ["neither", "tokens: [{ name: a, scopes: [ask] }]", /either a secret or a sha256/],
    ["no scope", `tokens: [{ name: a, secret: ${SECRET}, scopes: [] }]`, /tokens\[0\]\.scopes/],
    [
      "an unknown scope",
      `tokens: [{ name: a, secret: ${SECRET}, scopes: [look] }]`,
      /tokens\[0\]\.scopes\[0\]/,
    ],
    [
      "an unknown field",
      `tokens: [{ name: a, secret: ${SECRET}, scope: [ask], scopes: [ask] }]`,
      /no field scope here/,
    ],
    [
      "a secret in place of a field",
      `tokens: [{ name: a, ${SECRET}: 1, scopes: [ask] }]`,
      /no field of this name/,
    ],
    [
      "an admin of some streams",
      `tokens: [{ name: a, secret: ${SECRET}, scopes: [admin], streams: [x] }]`,
      /all streams/,
    ],
    [
      "no time",
      `tokens: [{ name: a, secret: ${SECRET}, scopes: [ask], expires: soon }]`,
      /such as 2027-01-31/,
    ],
    [
      "a limit of 0",
      `tokens: [{ name: a, secret: ${SECRET}, scopes: [ask], limits: { sessions: 0 } }]`,
      /limits\.sessions/,
    ],
    [
      "one name twice",
      `tokens: [{ name: a, secret: ${SECRET}, scopes: [ask] }, { name: a, secret: ${SECRET}2, scopes: [ask] }]`,
      /Two tokens have the name a/,
    ],
    [
      "one secret twice",
      `tokens: [{ name: a, secret: ${SECRET}, scopes: [ask] }, { name: b, sha256: ${sha256}, scopes: [ask] }]`,
      /a and b have the same secret/,
    ],
  ])("with %s is refused, and the error repeats no secret", async (_what, text, words) => {
    const failure: unknown = await parseTokens(text, "tokens.yaml").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "tokens_invalid", message: expect.stringMatching(words) });
    const told = `${JSON.stringify(failure)} ${String((failure as Error).stack)}`;
    for (const secret of [SECRET, "hunter2", "12345678901234567", sha256]) expect(told).not.toContain(secret);
  });

  it("that is not there says how to make one", async () => {
    await expect(TokenStore.read("/no/such/tokens.yaml")).rejects.toMatchObject({
      code: "tokens_unreadable",
      message: expect.stringContaining("thinkalong tokens add"),
    });
  });

  it.skipIf(process.platform === "win32")("that others may read is warned of, with its path", async () => {
    const path = await tokenFile(tokensText([{ name: "a", scopes: ["watch"] }]));
    await chmod(path, 0o644);
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
    await using _server = await startScriptedServer({}, { tokens: path, log });
    expect(lines.join("")).toContain(`chmod 600 ${path}`);
  });
});

describe("a new token", () => {
  it("is added to a new file that only its owner can read, which has its hash alone", async () => {
    const path = join(await tokenFile(""), "..", "new", "tokens.yaml");
    const secret = await addToken(path, { name: "door-camera", scopes: ["push"], streams: ["door"] });
    expect(secret.length).toBeGreaterThan(40);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, "utf8")).not.toContain(secret);
    const tokens = await TokenStore.read(path);
    expect(tokens.find(secret)?.grant).toMatchObject({ name: "door-camera", scopes: new Set(["push"]) });
  });

  it("leaves the rest of the file as it is, and needs a name of its own", async () => {
    const text = `# mine\ntokens:\n  - name: old # since May\n    sha256: ${sha256}\n    scopes: [watch]\n`;
    const path = await tokenFile(text);
    const secret = await addToken(path, { name: "new", scopes: ["watch", "ask"], expires: "2099-01-01" });
    const changed = await readFile(path, "utf8");
    expect(changed.startsWith(text)).toBe(true);
    const tokens = await TokenStore.read(path);
    expect([tokens.find(SECRET)?.name, tokens.find(secret)?.name]).toEqual(["old", "new"]);
    await expect(addToken(path, { name: "new", scopes: ["ask"] })).rejects.toMatchObject({
      code: "tokens_invalid",
    });
    expect(await readFile(path, "utf8")).toBe(changed);
    await writeFile(path, "nothing: here");
    await expect(addToken(path, { name: "b", scopes: ["ask"] })).rejects.toThrowError("tokens");
  });
});
