import { type SpawnOptions, spawn } from "node:child_process";
import { chmod, chown, cp, mkdir, readdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf } from "../../src/cli/install/installation.ts";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { eventually, makeTempDir } from "../support/media.ts";
import { Program } from "../support/program.ts";
import { type Block, pageBlocks, readmeBlocks } from "../support/readme.ts";

const root = join(import.meta.dirname, "../..");
const SAMPLE = "node_modules/thinkalong/client/sample/street.mp4";
/** A user who owns nothing. */
const NOBODY = 65_534;
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
  /** The command line that is installed there. */
  let bin: string;
  const library = readmeBlocks("Use it as a library");
  const client = readmeBlocks("Send frames from your own program");

  let env: NodeJS.ProcessEnv;
  const start = (command: string, args: readonly string[], cwd = project, more: SpawnOptions = {}) => {
    return new Program(
      spawn(command, args, { cwd, env, ...more, stdio: ["ignore", "pipe", "pipe"], detached: true }),
    );
  };
  const shell = async (block: Block, cwd: string) => {
    const { code, stderr } = await start("bash", ["-ec", block.text], cwd).ended;
    expect(code, stderr).toBe(0);
  };
  const write = (name: string, block: Block) => writeFile(join(project, name), block.text);

  beforeAll(async () => {
    home = await makeTempDir();
    env = {
      ...environment(dirname((await resolveFfmpeg()).path)),
      THINKALONG_HOME: join(home.path, "data"),
    };
    const path = await realpath(home.path);
    checkout = join(path, "thinkalong");
    project = join(path, "yours");
    bin = join(project, "node_modules/.bin/thinkalong");
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
    // It packs, and loads 200 MB of packages.
  }, 600_000);
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

  // The tests that follow run what is left.
  it("is made smaller by what other machines need", async () => {
    const modules = join(project, "node_modules");
    const before = await bytesOf(modules);
    const prune = (...flags: string[]) => start(bin, ["prune-install", ...flags]).ended;
    const shown = await prune();
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toMatch(/^ +[\d.]+ MB {2}onnxruntime-node, for \w+ on \w+ /m);
    expect(shown.stdout).toContain("Nothing was removed.");
    expect(await bytesOf(modules)).toBe(before);
    const pruned = await prune("--yes");
    expect(pruned.code, pruned.stderr).toBe(0);
    expect(await bytesOf(modules)).toBeLessThan(before / 2);
    const again = await prune("--yes");
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("There is nothing in ")]);
  });

  // Only root may run something as somebody else.
  it.skipIf(process.getuid?.() !== 0)("serves cameras where it may write to its state alone", async () => {
    await chmod(home.path, 0o755);
    const state = join(home.path, "state");
    await mkdir(state);
    await chown(state, NOBODY, NOBODY);
    const rest = { ...env, HOME: "/nonexistent", THINKALONG_HOME: state };
    const nobody = { uid: NOBODY, gid: NOBODY, env: rest };
    const camera = `street=${join(project, SAMPLE)}`;
    await using server = start(bin, ["serve", "--port", "0", "--camera", camera], state, nobody);
    const [url] = await server.says(/http:\/\/[\d.]+:\d+/);
    const made = await fetch(`${url}/v1/streams`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: "made", url: "https://camera.invalid/live" }),
    });
    expect(made.status, await made.text()).toBe(201);
    await eventually(async () => {
      const { data } = (await (await fetch(`${url}/v1/streams`)).json()) as {
        data: { id: string; state: string }[];
      };
      return data.some(({ id, state }) => id === "street" && state === "live");
    }, "the camera is seen");
    server.process.kill("SIGTERM");
    const { code, stderr } = await server.ended;
    expect(code, stderr).toBe(0);
    // The inference runtime would complain that it cannot keep an id under which to tell its maker how it is used.
    expect(stderr).not.toContain("telemetry");
    expect(await readdir(state)).toEqual(["server"]);
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

  // Beside the test that sends frames, which waits most of its time.
  it.concurrent("runs by npx alone, in an empty folder, as docs/running.md has it", async () => {
    const empty = join(home.path, "empty");
    await mkdir(join(empty, "cache"), { recursive: true });
    // What npm has fetched before is fetched again only where that is asked for. Nothing is installed there yet.
    const fetched = join(env.npm_config_cache ?? join(homedir(), ".npm"), "_cacache");
    if (!process.env.THINKALONG_EMPTY_NPM_CACHE) await symlink(fetched, join(empty, "cache/_cacache"));
    const running = await readFile(join(root, "docs/running.md"), "utf8");
    const [line] = /^npx .*thinkalong serve$/m.exec(running)!;
    const [npx, ...args] = line
      .replace("./", `${checkout}/`)
      .replace("npx", "npx --yes --prefer-offline")
      .split(" ");
    const own = { env: { ...env, npm_config_cache: join(empty, "cache") } };
    const server = start(npx!, [...args, "--port", "0"], empty, own);
    const [url] = await server.says(/http:\/\/[\d.]+:\d+/);
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
    // npx is not the server, so all that it has started is told to end.
    process.kill(-server.process.pid!, "SIGTERM");
    await server.ended;
    expect(await readdir(empty)).toEqual(["cache"]);
  });

  it.concurrent("sends frames to a server, and ends", async () => {
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
    for (const name of (await readdir(join(project, "frames"))).sort().slice(0, 20))
      await cp(join(project, "frames", name), join(project, "few", name));
    const { code, stdout, stderr } = await start("node", ["client.mjs", "few", url]).ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(THOUGHT);
    expect(stdout).toMatch(/^answer: \w+/m);
    expect(stdout).toMatch(/^\d+ thoughts about \d+ units$/m);
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
