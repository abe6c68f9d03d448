import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { eventually, makeTempDir, makeVideo } from "../support/media.ts";
import { childrenOf } from "../support/processes.ts";
import { type Program, thinkalong } from "../support/program.ts";
import { codedVideo } from "../support/rtsp/coded-video.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";
import { SseClient } from "../support/sse-client.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
let config: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 300, fps: 4 });
  config = join(dir.path, "cameras.yaml");
});
afterAll(() => dir.remove());
let home: string;
let count = 0;
beforeEach(() => {
  home = join(dir.path, `home${count++}`);
});

const serve = (...args: string[]) =>
  thinkalong(["serve", "--model", TINY_BUNDLE, "--port", "0", ...args], { THINKALONG_HOME: home });
const urlOf = async (program: Program) => (await program.says(/Open (http:\S+) for/))[1]!;

/** Of an id such as `event_62`. */
const numberOfEvent = (id: string) => Number(/^event_(\d+)/.exec(id)![1]);

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly created: string;
  readonly restarts: number;
  readonly newest_media_time_ms: number | null;
}

async function listed(url: string): Promise<Record<string, Listed>> {
  const { data } = (await (await fetch(`${url}/v1/streams`)).json()) as { data: Listed[] };
  return Object.fromEntries(data.map((stream) => [stream.id, stream]));
}

const post = (url: string, body: object) =>
  fetch(`${url}/v1/streams`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("thinkalong serve with cameras", () => {
  it("watches the cameras of its flags and its file, and ends with 0 while they run", async () => {
    await writeFile(
      config,
      `cameras:\n  yard: { url: "${clip}" }\n  off: { url: "${clip}", enabled: false }\n`,
    );
    await using server = serve(
      "--config",
      config,
      "--camera",
      `door=${clip}`,
      `--camera=gate=rtsp://me:secret@127.0.0.1:9/`,
    );
    const url = await urlOf(server);
    for (const line of [
      /^Camera yard: .*clip\.mp4\. Its events: http/m,
      /^Camera door: /m,
      /^Camera off: .*, disabled\./m,
    ])
      expect(server.stdout).toMatch(line);
    expect(server.stdout).toContain("Camera gate: rtsp://127.0.0.1:9/.");
    const events = await SseClient.open(`${url}/v1/streams/door/events?from=start`);
    await events.first("response.reasoning_text.done");
    const streams = await listed(url);
    expect(Object.keys(streams).sort()).toEqual(["door", "gate", "off", "yard"]);
    expect([streams.door!.state, streams.off!.state]).toEqual(["live", "disabled"]);
    server.process.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    await events.ended();
    expect(events.events.at(-1)).toMatchObject({ type: "session.closed", reason: "completed" });
    expect(server.stdout + server.stderr).not.toContain("secret");
  });

  it("reads its file again at SIGHUP: what has not changed goes on, and an error changes nothing", async () => {
    await writeFile(
      config,
      `cameras:\n  a: { url: "${clip}" }\n  b: { url: "${clip}" }\n  c: { url: "${clip}" }\n`,
    );
    await using server = serve("--config", config);
    const url = await urlOf(server);
    const before = await listed(url);
    const watching = await SseClient.open(`${url}/v1/streams/a/events`);

    await writeFile(
      config,
      `cameras:\n  a: { url: "${clip}" }\n  b: { url: "${clip}", fps: 1 }\n  d: { url: "${clip}" }\nlimits: { max_sessions: 3 }\n`,
    );
    server.process.kill("SIGHUP");
    await server.says(/cameras\.yaml was read again\. Cameras added: d; removed: c; changed: b; 1 goes on\./);
    await eventually(
      () => /max_sessions: This cannot change while the server runs/.test(server.stderr),
      "it is said",
    );
    expect(server.stderr).toMatch(/cameras\.yaml:5:25: limits\.max_sessions: /);
    const after = await listed(url);
    expect(Object.keys(after)).toEqual(["a", "b", "d"]);
    expect(after.a!.created).toBe(before.a!.created);
    expect(after.b!.created).not.toBe(before.b!.created);

    await writeFile(
      config,
      `cameras:\n  a: { url: "${clip}", fsp: 1 }\n  b: { url: "x", windows: { visual_units: 0 } }\n`,
    );
    server.process.kill("SIGHUP");
    await eventually(() => server.stderr.includes("Nothing was changed."), "it is said");
    expect(server.stderr).toMatch(
      /cameras\.yaml:2:\d+: cameras\.a: There is no key "fsp" here\. Did you mean "fps"\?/,
    );
    expect(server.stderr).toMatch(
      /cameras\.yaml:3:\d+: cameras\.b\.windows\.visual_units: It must be at least 1\./,
    );
    // What the file alone does not show: the model has no such window.
    await writeFile(config, `cameras:\n  a:\n    url: "${clip}"\n    windows: { visual_units: 99999 }\n`);
    server.process.kill("SIGHUP");
    await eventually(() => /cameras\.yaml:4:30: .*99999/.test(server.stderr), "it is said");
    expect((await listed(url)).b!.created).toBe(after.b!.created);
    expect(watching.isEnded).toBe(false);
    server.process.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
  });

  it("says all that is wrong with its file and its flags before it starts", async () => {
    await writeFile(config, `cameras:\n  a: { url: "\${NO_SUCH_VARIABLE}" }\n  b: {}\nserver: { prot: 1 }\n`);
    const { code, stdout, stderr } = await serve("--config", config).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/^error: .*cameras\.yaml:2:13: .*"NO_SUCH_VARIABLE" is not set/),
      expect.stringMatching(/^error: .*cameras\.yaml:3:3: cameras\.b\.url: It is missing\./),
      expect.stringMatching(
        /^error: .*cameras\.yaml:4:11: server: There is no key "prot" here\. Did you mean "port"\?/,
      ),
    ]);
    const many = await serve("--max-cameras", "1", "--camera", `a=${clip}`, "--camera", `b=${clip}`).ended;
    expect([many.code, many.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: There are 2 cameras, and this server takes 1\. .*--max-cameras.*\n$/),
    ]);
    for (const [flag, words] of [
      ["door", /NAME=URL/],
      ["se cret=x", /name/],
    ] as const)
      expect((await serve("--camera", flag).ended).stderr).toMatch(words);
  });

  it("keeps what was made over the API, also when it is killed, and leaves the file of its user alone", async () => {
    await writeFile(config, `cameras:\n  yard: { url: "${clip}" }\n`);
    const written = await readFile(config, "utf8");
    {
      await using server = serve("--config", config, "--allow-private-cameras");
      const url = await urlOf(server);
      const stranger = await post(url, { id: "metadata", url: "http://169.254.169.254/" });
      expect(await stranger.json()).toMatchObject({ error: { code: "url_refused", param: "url" } });
      expect((await post(url, { id: "made", url: "rtsp://127.0.0.1:9/" })).status).toBe(201);
      server.process.kill("SIGKILL");
      await server.ended;
    }
    expect(await readFile(config, "utf8")).toBe(written);
    await writeFile(config, `cameras:\n  made: { url: "${clip}" }\n`);
    await using server = serve("--config", config);
    const url = await urlOf(server);
    expect((await listed(url)).made, "the user's file wins").toMatchObject({ url: clip });
    expect((await fetch(`${url}/v1/streams/made`, { method: "DELETE" })).status).toBe(409);
    await writeFile(config, "");
    server.process.kill("SIGHUP");
    await server.says(/was read again/);
    expect((await listed(url)).made).toMatchObject({ url: "rtsp://127.0.0.1:9/" });
  });

  it.skipIf(process.platform !== "linux")(
    "opens a camera again whose model's process was killed: its events are numbered on, and the gap is told",
    async () => {
      await using camera = await RtspCamera.start(await codedVideo(600));
      await using server = serve("--camera", `door=${camera.url}`);
      const url = await urlOf(server);
      const before = await SseClient.open(`${url}/v1/streams/door/events?from=start`);
      await before.first("response.reasoning_text.done");
      const model = (await childrenOf(server.process.pid!)).find(({ command }) => !/ffmpeg/.test(command));
      process.kill(model!.pid, "SIGKILL");
      await before.ended();
      expect(before.events.at(-1)).toMatchObject({ type: "session.closed", reason: "failed" });
      expect((await before.first("error")).error).toMatchObject({ code: "worker_failed", fatal: true });
      const last = before.ids.at(-1)!;
      await eventually(
        async () => {
          const { state, restarts } = (await listed(url)).door!;
          return restarts > 0 && state === "live";
        },
        "it is seen again",
        60_000,
      );
      const after = await SseClient.open(`${url}/v1/streams/door/events`, { "last-event-id": last });
      await after.first("response.reasoning_text.done");
      expect(await after.first("input.gap")).toMatchObject({ reason: "restarted" });
      expect(after.events.map(({ type }) => type)).not.toContain("session.gap");
      expect(numberOfEvent(after.ids[0]!)).toBe(numberOfEvent(last) + 1);
    },
  );
});
