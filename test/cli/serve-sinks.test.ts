import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSinks, explainSinks, sinkEntries } from "../../src/cli/serve-sinks.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { eventually, makeTempDir, makeVideo } from "../support/media.ts";
import { KeptLog } from "../support/notices.ts";
import { thinkalong } from "../support/program.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
let config: string;
let said: string;
let count = 0;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 300, fps: 4 });
  config = join(dir.path, "sinks.yaml");
});
afterAll(() => dir.remove());
beforeEach(() => {
  said = join(dir.path, `said${count++}.jsonl`);
});

const serve = (args: readonly string[], env: Record<string, string> = {}) =>
  thinkalong(["serve", "--model", TINY_BUNDLE, "--port", "0", "--camera", `door=${clip}`, ...args], {
    THINKALONG_HOME: join(dir.path, `home${count}`),
    ...env,
  });

async function lines(path: string): Promise<{ stream: string; event: { type: string; event_id: string } }[]> {
  const text = existsSync(path) ? await readFile(path, "utf8") : "";
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe("thinkalong serve with sinks", () => {
  it("delivers to those of its file and of --jsonl, changes them at SIGHUP but for a file with an error, and at its end waits for none that hangs", async () => {
    await using first = await WebhookReceiver.start();
    await using second = await WebhookReceiver.start();
    await using stuck = await WebhookReceiver.start(() => "hang");
    const secret = "0123456789-the-secret";
    const configuration = (url: string) => `limits: { shutdown_ms: 200 }
sinks:
  hook: { type: webhook, url: "${url}", events: [thoughts], secret_env: HOOK_SECRET }
  stuck: { type: webhook, url: "${stuck.url}", events: [thoughts] }
`;
    await writeFile(config, configuration(first.url));
    await using server = serve(["--config", config, "--jsonl", said], { HOOK_SECRET: secret });
    await server.says(/Sink hook: webhook at http:\/\/127\.0\.0\.1:\d+\./);
    await server.says(/Sink --jsonl: lines of JSON in .*said/);
    await server.says(/Send SIGHUP to read .*sinks\.yaml again and to open .*said\d\.jsonl anew\./);
    await eventually(() => first.taken.length > 0, "the first is told");
    expect(first.taken[0]!.headers["webhook-signature"]).toMatch(/^v1,/);

    await writeFile(config, `${configuration(second.url)}  x: { type: jsonl, path: "/no/such/folder/x" }\n`);
    server.process.kill("SIGHUP");
    await eventually(() => server.stderr.includes("Nothing was changed."), "it is said");
    expect(server.stderr).toMatch(/sinks\.yaml:5:27: sinks\.x\.path: .*ENOENT/);
    expect(second.got).toEqual([]);

    await rename(said, `${said}.1`);
    await writeFile(config, configuration(second.url));
    server.process.kill("SIGHUP");
    await server.says(/sinks\.yaml was read again\. .* Sinks changed: hook; 2 go on\./);
    await eventually(() => second.taken.length > 0, "the second is told");
    await eventually(async () => (await lines(said)).length > 0, "the new file is written to");
    server.process.kill("SIGTERM");
    const { code, signal, stdout, stderr } = await server.ended;
    expect([code, signal]).toEqual([0, null]);
    expect(stdout + stderr).not.toContain(secret);

    const written = [...(await lines(`${said}.1`)), ...(await lines(said))];
    expect(written.every(({ stream }) => stream === "door")).toBe(true);
    expect(written.at(-1)!.event.type).toBe("session.closed");
    const numbers = written.map(({ event }) => Number(event.event_id.slice("event_".length)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));

    const thoughts = written.filter(({ event }) => event.type === "response.reasoning_text.done");
    // One may have been under way to the first when the second took its place.
    const taken = new Map([...first.taken, ...second.taken].map(({ json }) => [json.id, json.event]));
    expect([...taken.values()]).toEqual(thoughts.map(({ event }) => event));
    const letters = stderr.match(/^\{.*"msg":"dead letter: .*\}$/gm)!.map((line) => JSON.parse(line));
    expect(letters.map(({ event }) => event)).toEqual(thoughts.map(({ event }) => event));
    expect(letters[0]).toMatchObject({ level: 40, sink: "stuck", stream: "door" });
  });

  it("says all that is wrong with its sinks before it starts", async () => {
    await writeFile(
      config,
      `sinks:
  a: { type: webhok, url: "http://x" }
  b: { type: webhook, url: "http://x", sekret: y }
  c: { type: jsonl, path: "/no/such/folder/x", paht: 1 }
  "no name": { type: jsonl, path: x }
`,
    );
    const { code, stdout, stderr } = await serve(["--config", config]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(
        /sinks\.yaml:2:14: sinks\.a\.type: Its type must be one of "webhook", "mqtt", "jsonl"/,
      ),
      expect.stringMatching(
        /sinks\.yaml:3:40: sinks\.b: There is no key "sekret" here\. Did you mean "secret"/,
      ),
      expect.stringMatching(/sinks\.yaml:4:48: sinks\.c: There is no key "paht" here\. Did you mean "path"/),
      expect.stringMatching(/sinks\.yaml:5:3: sinks\.no name: .*name that a sink may have/),
    ]);
  });
});

describe("the sinks of a config file", () => {
  it("that cannot be opened are explained with their lines, and that of --jsonl by itself", async () => {
    const file = parseConfig(
      `sinks:\n  a: { type: webhook, url: "http://x", secret_env: NO_SUCH }\n`,
      "thinkalong.yaml",
    );
    const { sinks } = createSinks({ log: new KeptLog().log });
    const wrong = (jsonl?: string) =>
      sinks.load(sinkEntries(jsonl, jsonl === undefined ? file.config.sinks! : {})).then(
        () => null,
        (error) => explainSinks(error, file),
      );
    expect(await wrong()).toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(
        /thinkalong\.yaml:2:\d+: sinks\.a\.secret_env: The environment variable NO_SUCH is not set/,
      ),
    });
    expect(await wrong("/no/such/folder/x")).toMatchObject({
      name: "SinkProblems",
      message: expect.stringMatching(/^--jsonl: .*ENOENT/),
    });
  });
});
