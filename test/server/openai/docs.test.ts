import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../../src/backends/mod.ts";
import type { CameraRoster } from "../../../src/cameras/mod.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import { createServer, type Server } from "../../../src/server/mod.ts";
import { BUNDLED_MODEL } from "../../support/bundles.ts";
import { SAMPLE_CLIP } from "../../support/clips.ts";
import { findOpenai, hasOpenai } from "../../support/openai/installation.ts";
import { Program } from "../../support/program.ts";
import { certificateFiles } from "../../support/secure-server.ts";
import { until } from "../../support/server.ts";

const root = join(import.meta.dirname, "../../..");
const FENCE = /^```(?<language>sh|js|python)\n(?<text>.*?)^```$/gms;

const page = await readFile(join(root, "docs/openai.md"), "utf8");
const examples = [...page.matchAll(FENCE)].map(({ groups }) => groups as { language: string; text: string });

describe("the examples of docs/openai.md", () => {
  let engine: Engine;
  let certificate: Awaited<ReturnType<typeof certificateFiles>>;
  let plain: Server;
  let secure: Server;

  beforeAll(async () => {
    engine = await createEngine({ model: BUNDLED_MODEL });
    certificate = await certificateFiles();
    const options = {
      engine,
      port: 0,
      cameras: { street: { url: SAMPLE_CLIP, loop: true } },
      limits: { shutdownMs: 0 },
    };
    plain = await createServer(options);
    secure = await createServer({ ...options, tls: certificate.files });
    for (const { cameras } of [plain, secure]) {
      const thoughts = () => (cameras as CameraRoster).get("street")?.stream?.figures.thoughts ?? 0;
      await until("a thought", () => thoughts() > 0, 60_000);
    }
  });
  afterAll(async () => {
    await Promise.all([plain?.close(), secure?.close()]);
    await engine?.close();
    await certificate?.remove();
  });

  /** How an example is run, from the folder of the repository. */
  const COMMANDS: Readonly<Record<string, () => [command: string, ...args: string[]]>> = {
    sh: () => ["bash", "-e", "-c"],
    js: () => [process.execPath, "--input-type=module", "-e"],
    python: () => [findOpenai() ?? "python3", "-c"],
  };

  it("are there for every kind of client, and short", () => {
    const count = (language: string) => examples.filter((each) => each.language === language).length;
    expect([count("sh"), count("js"), count("python")]).toEqual([1, 3, 3]);
    for (const { text } of examples) expect(text.trimEnd().split("\n").length, text).toBeLessThanOrEqual(10);
  });

  it.for(examples.map(({ language, text }, i) => [i, language, text] as const))(
    "work: %i, in %s",
    async ([, language, text], { skip }) => {
      skip(language === "python" && !hasOpenai);
      const [command, ...args] = COMMANDS[language]!();
      const code = text
        .replaceAll("http://127.0.0.1:8080", plain.url)
        .replaceAll("https://127.0.0.1:8080", secure.url)
        .replaceAll("curl ", "curl --fail ");
      await using run = new Program(
        spawn(command, [...args, code], {
          cwd: root,
          env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate.path },
          stdio: ["ignore", "pipe", "pipe"],
        }),
      );
      const ended = await run.ended;
      expect([ended.code, ended.stderr]).toEqual([0, ""]);
      const said = language === "sh" ? JSON.parse(ended.stdout).choices[0].message.content : ended.stdout;
      // The model speaks in sentences of what moves in a street, without capitals.
      expect(said).toMatch(/\b(car|person|truck|bus|bicycle|nothing|the|a)\b/);
      expect(said).not.toContain("cannot");
    },
  );
});
