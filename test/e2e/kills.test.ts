import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tap } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IngestError, openVideo } from "../../src/ingest/mod.ts";
import { PulledVideo } from "../../src/streams/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { freePort } from "../support/free-port.ts";
import { takeIn } from "../support/intake.ts";
import { eventually, isAlive, makeTempDir, makeVideo } from "../support/media.ts";
import { childrenOf } from "../support/processes.ts";
import { Program, thinkalong } from "../support/program.ts";
import { CODED_SIZE, codedVideo } from "../support/rtsp/coded-video.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";
import { picture, startScriptedServer } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

/** How each kind of process dies: at once, or by standing still. */
const DEATHS = ["SIGKILL", "SIGSTOP"] as const;

describe.skipIf(process.platform !== "linux")("an ffmpeg that dies", { concurrent: true }, () => {
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  beforeAll(async () => {
    dir = await makeTempDir();
  });
  afterAll(() => dir.remove());

  /** The ffmpeg of this process that decodes a source. */
  const decoderOf = async (url: string) =>
    (await childrenOf(process.pid)).find(
      ({ command }) => command.includes(url) && command.includes("rawvideo"),
    );

  /** Watches a camera whose ffmpeg dies once. Resolves with what the stream was told, when it is seen again. */
  async function watchThroughDeath(signal: (typeof DEATHS)[number], stream: Buffer) {
    await using camera = await RtspCamera.start(stream);
    const options = { input: camera.url, pace: "max", stallTimeoutMs: 700 } as const;
    const video = new PulledVideo({ ...options, reconnect: { firstMs: 100 } });
    const { taken, stop } = takeIn(video, { ...CODED_SIZE, fps: 4 });
    await eventually(() => taken.frames.length > 2, "it is seen", 30_000);
    const { pid } = (await decoderOf(camera.url))!;
    process.kill(pid, signal);
    await eventually(() => taken.gaps.length > 0, "it is seen again", 30_000);
    stop("now");
    await eventually(async () => (await decoderOf(camera.url)) === undefined, "no ffmpeg is left");
    return { taken, isAlive: isAlive(pid) };
  }

  it("is replaced, and the gap is told", { retry: 1 }, async () => {
    const stream = await codedVideo(300);
    const watched = await Promise.all(DEATHS.map((signal) => watchThroughDeath(signal, stream)));
    for (const [i, { taken, isAlive }] of watched.entries()) {
      const { states, gaps, problems } = taken;
      expect(problems).toEqual([]);
      expect(states.slice(states.indexOf("reconnecting"))).toEqual(["reconnecting", "live"]);
      expect(gaps).toMatchObject([{ reason: DEATHS[i] === "SIGKILL" ? "restarted" : "lost" }]);
      expect(gaps[0]!.toMs).toBeGreaterThan(gaps[0]!.fromMs);
      expect(isAlive).toBe(false);
    }
  });

  it.each([
    ["SIGKILL", "ffmpeg_killed"],
    ["SIGSTOP", "stall_timeout"],
  ] as const)("is an error of a file that it plays (%s)", async (signal, code) => {
    const clip = await makeVideo(join(dir.path, `${signal}.mp4`), { seconds: 20 });
    const options = { width: 64, height: 48, fps: 20, pace: "realtime", stallTimeoutMs: 400 } as const;
    let pid = 0;
    const failure = new Promise<IngestError>((resolve, reject) => {
      const kill = async () => {
        pid = (await decoderOf(clip))!.pid;
        process.kill(pid, signal);
      };
      openVideo(clip, options)
        .pipe(tap({ next: ({ seq }) => void (seq === 2 && kill().catch(reject)) }))
        .subscribe({ error: resolve, complete: () => reject(new Error("It played to its end.")) });
    });
    expect(await failure).toMatchObject({ code });
    await eventually(() => !isAlive(pid), "it is gone");
  });
});

describe.skipIf(process.platform === "win32")("a server that dies", { concurrent: true }, () => {
  const serve = (port: number) => thinkalong(["serve", "--model", TINY_BUNDLE, "--port", String(port)]);
  const ready = async (server: Program) => (await server.says(/Open (http:\S+) for/))[1]!;

  it("stands still for a while: its sessions go on, and every frame is accounted for", async () => {
    await using server = serve(0);
    const client = await WsClient.connect(await ready(server));
    const { frames_per_unit } = (await client.next("session.created")).session.model_info;
    const jpeg = await picture();
    let sent = 0;
    const send = async (pictures: number) => {
      for (let i = 0; i < pictures; i++, sent++) {
        client.frame(jpeg, sent, sent * 250);
        await sleep(100);
      }
    };
    await send(4);
    server.process.kill("SIGSTOP");
    await send(8);
    server.process.kill("SIGCONT");
    await send(4);
    client.send({ type: "session.close" });
    expect((await client.closed()).code).toBe(1000);
    expect(client.all("error")).toEqual([]);
    const { totals } = client.all("session.closed")[0]!;
    expect(totals.frames_in).toBe(sent);
    expect(totals.frames_dropped).toBe(client.all("input_video_frame.dropped").length);
    expect(totals.units).toBe(Math.ceil((sent - totals.frames_dropped) / frames_per_unit));
  });

  it("is killed: its clients know at once, and the next one serves them at the same port", async () => {
    const port = await freePort();
    await using server = serve(port);
    const url = await ready(server);
    const jpeg = await picture();
    const watch = async () => {
      const client = await WsClient.connect(url);
      await client.next("session.created");
      for (let seq = 0; seq < 4; seq++) client.frame(jpeg, seq, seq * 250);
      await client.next("response.reasoning_text.done");
      return client;
    };
    const client = await watch();
    server.process.kill("SIGKILL");
    expect((await client.closed()).code).toBe(1006);
    await server.ended;
    await using next = serve(port);
    expect(await ready(next)).toBe(url);
    (await watch()).socket.terminate();
  });
});

describe.skipIf(process.platform === "win32")("a client that dies", { concurrent: true }, () => {
  /** A client in a process of its own. It prints what it hears. */
  const CLIENT = `const { WebSocket } = require("ws");
  new WebSocket(process.argv[1].replace("http", "ws") + "/v1/stream").on("message", (text) => console.log(String(text)));`;

  it.each(DEATHS)(
    "takes its session with it when it does not come back in time, and nobody else's (%s)",
    async (signal) => {
      const limits = { heartbeatMs: 1000, resumeWindowMs: 1000 };
      await using server = await startScriptedServer({}, { limits });
      const other = await WsClient.connect(server.url);
      await other.next("session.created");
      await using client = new Program(
        spawn(process.execPath, ["-e", CLIENT, server.url], { stdio: "pipe" }),
      );
      await client.says(/session.created/);
      const jpeg = await picture();
      other.frame(jpeg, 0, 0);
      client.process.kill(signal);
      await eventually(async () => {
        const { sessions } = (await (await fetch(`${server.url}/readyz`)).json()) as { sessions: number };
        return sessions === 1;
      }, "its session is gone");
      other.frame(jpeg, 1, 250);
      await other.next("response.reasoning_text.done");
      expect(other.all("error")).toEqual([]);
      if (signal === "SIGKILL") return;
      // It finds out what happened when it goes on.
      client.process.kill("SIGCONT");
      await client.says(/"code":"slow_reader"/);
    },
  );
});
