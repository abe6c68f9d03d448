import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { AlertError, AlertProblems } from "../../src/alerts/mod.ts";
import { CameraError, CameraProblems } from "../../src/cameras/mod.ts";
import { configurationMarkdown } from "../../src/config/docs-markdown.ts";
import { ConfigError, limitsOf, parseConfig, readConfig } from "../../src/config/mod.ts";
import { limitsSchema } from "../../src/server/mod.ts";

/** A dollar sign, so that no text here looks like a template. */
const $ = "$";

/** All that is wrong with a file, a sentence each. */
function complaints(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    parseConfig(text, "t.yaml", env);
  } catch (error) {
    if (error instanceof ConfigError) return error.sentences;
    throw error;
  }
  return [];
}

describe("a config file", () => {
  it("gives cameras, the server and limits", () => {
    const { config } = parseConfig(
      "cameras:\n  door: { url: 'rtsp://d/l', fps: 2 }\nserver: { port: 0 }\nlimits: { max_cameras: 3 }\n",
      "t.yaml",
    );
    expect(config.cameras).toEqual({ door: { url: "rtsp://d/l", fps: 2 } });
    expect(config.server).toEqual({ port: 0 });
    expect(limitsOf(config)).toEqual({ ...limitsSchema.parse({}), maxCameras: 3 });
  });

  it.each(["", "# nothing\n", "cameras:\nserver:\nlimits:\n", "{}"])("may say nothing: %j", (text) => {
    expect(complaints(text)).toEqual([]);
  });

  it("puts variables in the place of their names, in texts alone", () => {
    const env = { DOOR_PASSWORD: "p: #1", HOST: "door" };
    const text = `cameras:\n  ${$}{HOST}x:\n    url: rtsp://me:${$}{DOOR_PASSWORD}@${$}{HOST}/l\n    instructions: Say $${$}{HOST} 5$\n`;
    expect(complaints(text, env)).toEqual([
      expect.stringMatching(/^t\.yaml:2:3: cameras\.\$\{HOST\}x: .*name/),
    ]);
    const { config } = parseConfig(text.replace(`${$}{HOST}x`, "door"), "t.yaml", env);
    expect(config.cameras?.door).toEqual({
      url: "rtsp://me:p: #1@door/l",
      instructions: `Say ${$}{HOST} 5$`,
    });
  });

  it("is refused with the line of a variable that is not set", () => {
    expect(complaints(`cameras:\n  door:\n    url: rtsp://me:${$}{NO_SUCH}@door/l\n`)).toEqual([
      expect.stringMatching(/^t\.yaml:3:10: .*"NO_SUCH" is not set/),
    ]);
    expect(complaints(`cameras:\n  door:\n    url: ${$}{NO_SUCH}\n`), "and nothing else of it").toHaveLength(
      1,
    );
  });

  it("is told all that is wrong with it, each with its line and column", () => {
    const text = `cameras:
  door:
    url: rtsp://me:secret@door/l
    intervall: 2
    windows: { visual_unit: 3 }
  session_1:
    url: rtsp://x/y
  yard:
    fps: fast
    mask: [[[0, 0], [2, 0], [1, 1]]]
    zones: { "/gate": [[0, 0], [1, 0], [1, 1]] }
server:
  port: 99999
camera: {}
limits:
  max_sessions: 0
  max_sesions: 4
`;
    expect(complaints(text)).toEqual([
      't.yaml:4:5: cameras.door: There is no key "intervall" here. Did you mean "interval"?',
      't.yaml:5:16: cameras.door.windows: There is no key "visual_unit" here. Did you mean "visual_units"?',
      expect.stringMatching(/^t\.yaml:6:3: cameras\.session_1: It is not a name that a camera may have/),
      "t.yaml:8:3: cameras.yard.url: It is missing.",
      "t.yaml:9:10: cameras.yard.fps: It must be a number, and is a text.",
      expect.stringMatching(/^t\.yaml:10:22: cameras\.yard\.mask\.0\.1\.0: It must be from 0 .* to 1/),
      expect.stringMatching(/^t\.yaml:11:14: cameras\.yard\.zones\.\/gate: It is not a name that a zone/),
      "t.yaml:13:9: server.port: It must be at most 65535.",
      't.yaml:14:1: There is no key "camera" here. Did you mean "cameras"?',
      "t.yaml:16:17: limits.max_sessions: It must be at least 1.",
      't.yaml:17:3: limits: There is no key "max_sesions" here. Did you mean "max_sessions"?',
    ]);
    expect(complaints(text).join()).not.toContain("secret");
  });

  it("is told which of its certificates do not go together", () => {
    expect(complaints("server: { tls_cert: a.pem }\n")).toEqual([
      expect.stringMatching(/^t\.yaml:1:21: server\.tls_cert: .* tls_cert and tls_key/),
    ]);
    const both = "server: { tls_cert: a.pem, tls_key: b.pem, tls_self_signed: true }\n";
    expect(complaints(both)).toEqual([expect.stringMatching(/server\.tls_self_signed: .* Leave out/)]);
    expect(complaints("server: { tls_self_signed: true, token: t.yaml }\n")).toEqual([
      expect.stringMatching(/server: There is no key "token" here\. Did you mean "tokens"/),
    ]);
  });

  it("lists the keys that there are for one that is like none of them", () => {
    expect(complaints("weather: rain\n")).toEqual([
      't.yaml:1:1: There is no key "weather" here. It may be cameras, alerts, server, history, sinks, limits.',
    ]);
  });

  it.each([
    ["a tab", "cameras:\n\tdoor: 1\n", /^t\.yaml:2:1: This is not valid YAML\. /],
    [
      "a key twice",
      "cameras:\n  a: {url: b}\n  a: {url: c}\n",
      /^t\.yaml:3:3: This is not valid YAML\. .*unique/,
    ],
    ["a quote that stays open", 'cameras:\n  a: {url: "b}\n', /^t\.yaml:\d:\d+: This is not valid YAML\. /],
    ["a tag that does not exist", "cameras: !what {}\n", /^t\.yaml:1:10: This is not valid YAML\. /],
    ["a list", "- a\n", /^t\.yaml:1:1: It must be a group of keys, and is a list\.$/],
  ])("is refused with its line for %s", (_, text, words) => {
    expect(complaints(text)[0]).toMatch(words);
  });

  it("is refused when its aliases would become too much", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    expect(complaints(lines.join("\n"))[0]).toMatch(/alias/i);
  });

  it("follows aliases to their lines", () => {
    const text = "cameras:\n  a: &a\n    url: x\n    fps: no\n  b: *a\n";
    expect(complaints(text)).toEqual(
      Array(2).fill(expect.stringMatching(/^t\.yaml:4:10: cameras\.[ab]\.fps/)),
    );
  });

  it("is told what is wrong with its alerts, with the lines, also what the server finds", () => {
    const text = `alerts:
  comes:
    when: a dog enters
    for: 30
    betwen: 22:00-06:00
  /x:
    when: a car stops
  stops:
    when: a car stops
    between: 22:00-06:00
    time_zone: Berlin
`;
    expect(complaints(text)).toEqual([
      "t.yaml:4:10: alerts.comes.for: It must be a text, and is a number.",
      't.yaml:5:5: alerts.comes: There is no key "betwen" here. Did you mean "between"?',
      expect.stringMatching(/^t\.yaml:6:3: alerts\.\/x: It is not a name that an alert/),
      expect.stringMatching(/^t\.yaml:11:16: alerts\.stops\.time_zone: There is no such time zone/),
    ]);
    const file = parseConfig("alerts:\n  comes:\n    when: a dog enters\n", "t.yaml");
    expect(file.config.alerts).toEqual({ comes: { when: "a dog enters" } });
    const problems = [new AlertError("alert_refused", "Never.", { alert: "comes", key: "when" })];
    expect(file.explain(new AlertProblems(problems)).sentences).toEqual([
      "t.yaml:3:11: alerts.comes.when: Never.",
    ]);
  });

  it("names the lines of what the server finds wrong with its cameras", () => {
    const file = parseConfig("cameras:\n  a:\n    url: x\n    windows:\n      visual_units: 999\n", "t.yaml");
    const problems = [
      new CameraError("camera_refused", "It may be from 1 to 64.", {
        camera: "a",
        key: "windows.visual_units",
      }),
      new CameraError("too_many_cameras", "There are 9."),
    ];
    expect(file.explain(new CameraProblems(problems)).sentences).toEqual([
      "t.yaml:1:1: cameras: There are 9.",
      "t.yaml:5:21: cameras.a.windows.visual_units: It may be from 1 to 64.",
    ]);
  });

  it("says so when it is not there", async () => {
    await expect(readConfig("/no/such.yaml")).rejects.toThrowError(/^\/no\/such\.yaml:1:1: .*--config/);
  });
});

describe("docs/configuration.md", () => {
  it("is what `npm run docs` writes", async () => {
    const committed = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
    expect(committed, "run `npm run docs`").toBe(configurationMarkdown());
  });

  it("has an example that can be used, and every key with what it means", () => {
    const text = configurationMarkdown();
    const example = /```yaml\n(.*?)```/s.exec(text)![1]!;
    const { config } = parseConfig(example, "thinkalong.yaml", { DOOR_PASSWORD: "x" });
    expect(Object.keys(config.cameras!)).toEqual(["door", "yard", "garage"]);
    const rows = text.split("\n").filter((line) => /^\| `/.test(line));
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((row) => /\| {1,2}\|$/.test(row))).toEqual([]);
  });
});
