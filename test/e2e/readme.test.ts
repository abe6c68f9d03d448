import { spawn } from "node:child_process";
import { cp, mkdir, readdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { makeTempDir } from "../support/media.ts";
import { Program } from "../support/program.ts";
import { type Block, pageBlocks, readmeBlocks } from "../support/readme.ts";

const root = join(import.meta.dirname, "../..");
const SAMPLE = "node_modules/thinkalong/client/sample/street.mp4";
/** A thought as both examples print it: its time (ms) and its text. */
const THOUGHT = /^\d+(\.\d+)? a \w+/m;

/**
 * What a new user does: README's own lines, in a project of their own, in which only the packed tarball is installed.
 */
describe("README", () => {
  let home: Awaited<ReturnType<typeof makeTempDir>>;
  /** The user's copy of this repository, and their project beside it. */
  let checkout: string;
  let project: string;
  const library = readmeBlocks("Use it as a library");
  const client = readmeBlocks("Send frames from your own program");

  let env: NodeJS.ProcessEnv;
  const start = (command: string, args: readonly string[], cwd = project) =>
    new Program(spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true }));
  const shell = async (block: Block, cwd: string) => {
    const { code, stderr } = await start("bash", ["-ec", block.text], cwd).ended;
    expect(code, stderr).toBe(0);
  };
  const write = (name: string, block: Block) => writeFile(join(project, name), block.text);

  beforeAll(async () => {
    home = await makeTempDir();
    env = environment(dirname((await resolveFfmpeg()).path));
    const path = await realpath(home.path);
    checkout = join(path, "thinkalong");
    project = join(path, "yours");
    // A checkout of its own, since packing builds anew, and the other tests use what was built.
    const skipped = new Set(
      [".git", "coverage", "dist", "dist-test", "node_modules"].map((name) => join(root, name)),
    );
    await cp(root, checkout, { recursive: true, filter: (from) => !skipped.has(from) });
    await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
    await mkdir(project);
    await writeFile(join(project, "package.json"), '{ "name": "yours", "private": true }');

    const [pack, install, example] = library;
    expect(pack!.text).toBe("npm pack\n");
    await shell(pack!, checkout);
    await shell(install!, project);
    await write("think.mjs", example!);
    await write("send.mjs", client[1]!);
  }, 120_000);
  afterAll(() => home.remove());

  it("installs the command line", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    expect(await start("npx", ["thinkalong", "--version"]).ended).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
    });
    const replay = await start("npx", ["thinkalong", "replay", SAMPLE, "--pace", "max"]).ended;
    expect(replay.code, replay.stderr).toBe(0);
    expect(replay.stdout).toContain("80 units seen");
  });

  it("thinks along with a video as a library, and ends", async () => {
    const { code, stdout, stderr } = await start("node", ["think.mjs", SAMPLE]).ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(THOUGHT);
    expect(stdout).toMatch(/^answer: \w+/m);
  });

  it("says what is wrong when there is no video, and ends", async () => {
    const { code, stdout, stderr } = await start("node", ["think.mjs"]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("street.mp4");
    expect(stderr.trim().split("\n"), "one line, no stack").toHaveLength(1);
  });

  it("sends frames to a server, and ends", async () => {
    await using server = start("node", ["node_modules/.bin/thinkalong", "serve", "--port", "0"]);
    const [url] = await server.says(/http:\/\/[\d.]+:\d+/);
    await cp(join(root, "client/sample"), join(project, "client/sample"), { recursive: true });
    await shell(client[0]!, project);

    const stream = `${url.replace("http", "ws")}/v1/stream`;
    const { code, stdout, stderr } = await start("node", ["send.mjs", "frames", stream]).ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(THOUGHT);
    expect(stdout).toMatch(/^answer: \w+/m);
  });

  it("says that no server is there, and ends", async () => {
    const { code, stderr } = await start("node", ["send.mjs", ".", "ws://127.0.0.1:1/v1/stream"]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No connection to ws:\/\/127\.0\.0\.1:1\/v1\/stream: /);
  });

  it("has the client library, which docs/clients.md shows", async () => {
    await using server = start("node", ["node_modules/.bin/thinkalong", "serve", "--port", "0"]);
    const [url] = await server.says(/http:\/\/[\d.]+:\d+/);
    const [, example] = pageBlocks("docs/clients.md", "In Node");
    await write("client.mjs", example!);
    // It sends at real pace, so it gets the beginning of what the example before it has sent.
    await mkdir(join(project, "few"));
    for (const name of (await readdir(join(project, "frames"))).sort().slice(0, 12))
      await cp(join(project, "frames", name), join(project, "few", name));
    const { code, stdout, stderr } = await start("node", ["client.mjs", "few", url]).ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(THOUGHT);
    expect(stdout).toMatch(/^\w[^\n]*\n\d+ thoughts about \d+ units$/m);
  });

  it("gives a TypeScript program its types", async () => {
    const server = `
      import { BUNDLED_MODEL, createEngine, type EngineStream } from "thinkalong";
      import { SERVER_EVENTS, type ServerEvent } from "thinkalong/protocol";
      const stream: EngineStream = (await createEngine({ model: BUNDLED_MODEL })).openStream();
      const event: ServerEvent = SERVER_EVENTS.error.parse({});
      // @ts-expect-error
      stream.push("a frame");
      // @ts-expect-error
      event.nothing;
    `;
    const client = `
      import { connect, fromVideo } from "thinkalong/client";
      import type { ServerEvent } from "thinkalong/protocol";
      const session = await connect("http://127.0.0.1:8080", { settings: { fps: 2 } });
      const times: number[] = [];
      session.on("response.output_text.done", ({ media_time_ms }) => times.push(media_time_ms));
      for await (const heard of session) heard satisfies ServerEvent;
      // @ts-expect-error
      session.on("response.nothing", () => {});
      // @ts-expect-error
      fromVideo(session, "a video");
    `;
    await writeFile(join(project, "server.mts"), server);
    await writeFile(join(project, "client.mts"), client);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", ...types];
    // A client in Node need not know the DOM.
    for (const program of [
      ["server.mts", "client.mts"],
      ["client.mts", "--lib", "es2023"],
    ]) {
      const { code, stdout } = await start("node", [tsc, ...flags, ...program]).ended;
      expect([program, code, stdout]).toEqual([program, 0, ""]);
    }
  });

  it("is packed as publint wants it", async () => {
    const { messages, pkg } = await publint({
      pkgDir: join(project, "node_modules/thinkalong"),
      pack: false,
    });
    expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
  });
});

/** No setting of the npm that runs the tests reaches the user's project; ffmpeg is on the PATH. */
function environment(ffmpegDir: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_(registry|cache)$)/i.test(name),
  );
  return {
    ...Object.fromEntries(own),
    PATH: `${process.env.PATH}${delimiter}${ffmpegDir}`,
    NO_COLOR: "1",
  };
}
