/** Containers over the WebSocket, through a real server and the real ffmpeg. */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Frame } from "../../../src/ingest/mod.ts";
import type { ServerOptions } from "../../../src/server/mod.ts";
import { browserPath, launchBrowser } from "../../support/browser.ts";
import { codedContainer, randomChunks } from "../../support/containers.ts";
import { eventually } from "../../support/media.ts";
import { CELL, CODED_FPS, CODED_SIZE, codeOf, KEY_EVERY, numberOf } from "../../support/rtsp/coded-video.ts";
import { picture, startScriptedServer } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

const PICTURES = 2 * KEY_EVERY;
let webm: Buffer;
let mp4: Buffer;
beforeAll(async () => {
  webm = await codedContainer("video/webm", PICTURES);
  mp4 = await codedContainer("video/mp4", PICTURES);
});

const start = (limits: ServerOptions["limits"] = {}) =>
  startScriptedServer(
    { model: { ...CODED_SIZE, fps: CODED_FPS } },
    { limits: { maxCatchUpMs: 60_000, ...limits } },
  );

const numbers = (frames: readonly Frame[] = []) => Promise.all(frames.map(numberOf));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const starting = (mime: string, eventId?: string) => ({ type: "input_video.start", mime, event_id: eventId });
const STOP = { type: "input_video.stop" };

/** Processes that this one has started and that are not gone, zombies included, by their command. */
async function children(): Promise<string[]> {
  const found = await Promise.all(
    (await readdir("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")),
  );
  return found.filter(
    (stat) => stat.includes("(ffmpeg)") && stat.split(") ")[1]?.split(" ")[1] === String(process.pid),
  );
}

describe("a container over the WebSocket", () => {
  it("is seen to its end; then another one may come, and time goes on", async () => {
    await using server = await start();
    const client = await WsClient.connect(server.url);
    client.send(starting("video/webm;codecs=vp8"));
    for (const chunk of randomChunks(webm, 1)) client.socket.send(chunk);
    client.send(STOP);
    expect(await client.next("input_video.started")).toMatchObject({
      mime: "video/webm",
      clock: "container",
    });
    const stopped = await client.next("input_video.stopped");
    expect(stopped).toMatchObject({ frames: PICTURES, media_time_ms: (1000 * (PICTURES - 1)) / CODED_FPS });
    const { frames } = server.engine.opened[0]!;
    expect(await numbers(frames)).toEqual(upTo(PICTURES));
    expect(frames.map(({ mediaTimeMs }) => Math.round(mediaTimeMs))).toEqual(
      upTo(PICTURES).map((i) => 100 * i),
    );

    client.send(starting("video/mp4"));
    for (const chunk of randomChunks(mp4, 2)) client.socket.send(chunk);
    // Without a stop: what has come is decoded before the session ends.
    client.send({ type: "session.close" });
    expect(await client.closed()).toMatchObject({ code: 1000 });
    expect(await numbers(frames)).toEqual([...upTo(PICTURES), ...upTo(PICTURES)]);
    expect(frames.map(({ seq }) => seq)).toEqual(upTo(2 * PICTURES));
    for (const [i, { mediaTimeMs }] of frames.entries())
      expect(mediaTimeMs).toBeGreaterThanOrEqual(frames[i - 1]?.mediaTimeMs ?? 0);
    expect(client.events.at(-1)).toMatchObject({ totals: { frames_in: 2 * PICTURES, frames_dropped: 0 } });
    expect(client.all("input_video.stopped")).toHaveLength(2);
    expect(client.all("error")).toEqual([]);
  });

  it("and pictures do not go together, and one comes at a time", async () => {
    await using server = await start();
    const code = async (client: WsClient, eventId: string) =>
      (await client.next("error", ({ error }) => error.event_id === eventId)).error.code;
    const video = await WsClient.connect(server.url);
    video.send({ ...STOP, event_id: "early" });
    expect(await code(video, "early")).toBe("input_not_open");
    video.send(starting("application/x-mpegurl", "unknown"));
    const refused = (await video.next("error", ({ error }) => error.event_id === "unknown")).error;
    expect(refused).toMatchObject({ code: "unsupported_container", param: "mime" });
    expect(refused.message).toContain("video/webm");
    expect(server.engine.opened).toHaveLength(0);
    video.send(starting("video/webm"));
    video.send(starting("video/webm", "second"));
    expect(await code(video, "second")).toBe("input_open");
    const image = (await picture()).toString("base64");
    video.send({ type: "input_video_frame.append", image, event_id: "picture" });
    expect(await code(video, "picture")).toBe("input_conflict");

    const pictures = await WsClient.connect(server.url);
    pictures.socket.send(await picture());
    pictures.send(starting("video/webm", "video"));
    expect(await code(pictures, "video")).toBe("input_conflict");
  });

  it("that is none is refused, and the session goes on", async () => {
    await using server = await start({ maxFirstPictureMs: 2000, maxFrameBytes: 1024 * 1024 });
    const client = await WsClient.connect(server.url);
    const playlist = Buffer.from("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
    const zeros = Array.from({ length: 5 }, () => Buffer.alloc(1024 * 1024 - 1));
    const attacks: [string, readonly Buffer[]][] = [
      ["video/webm", [playlist, playlist]],
      ["video/mp4", [playlist]],
      ["video/mp2t", [playlist]],
      ["video/webm", zeros.slice(0, 1)],
      ["video/h264", zeros],
      ["video/webm", [webm.subarray(0, 100)]],
      ["video/mp4", [mp4.subarray(0, 100)]],
      ["video/h264", [Buffer.from([0, 0, 0, 1])]],
    ];
    for (const [i, [mime, chunks]] of attacks.entries()) {
      client.send(starting(mime));
      for (const chunk of chunks) client.socket.send(chunk);
      client.send(STOP);
      await eventually(() => client.all("input_video.stopped").length === i + 1, `the end of ${mime} ${i}`);
      const { error } = client.all("error").at(-1)!;
      expect(error.code, `${mime} ${i}`).toMatch(/^container_(invalid|undecodable)$/);
      expect(error.fatal).toBe(false);
    }
    expect(client.all("error")).toHaveLength(attacks.length);
    client.send(starting("video/webm"));
    client.socket.send(webm);
    client.send(STOP);
    await client.next("input_video.stopped", ({ frames }) => frames === PICTURES);
    client.ask("still there?");
    expect((await client.next("response.output_text.done")).text).toContain("still there?");
  });

  it("whose decoder is killed goes on, and the gap is told", async () => {
    await using server = await start();
    const client = await WsClient.connect(server.url);
    client.send(starting("video/webm"));
    client.socket.send(webm.subarray(0, webm.length / 4));
    const seen = () => server.engine.opened[0]?.frames ?? [];
    await eventually(() => seen().length > 2, "some frames");
    const [decoder] = await children();
    process.kill(Number.parseInt(decoder!, 10), "SIGKILL");
    expect((await client.next("error")).error).toMatchObject({
      code: "container_decoder_died",
      fatal: false,
    });
    const before = seen().length;
    client.socket.send(webm.subarray(webm.length / 4));
    client.send(STOP);
    await client.next("input_video.stopped");
    const after = seen()[before]!;
    expect(await numberOf(after)).toBe(KEY_EVERY);
    expect(client.all("input.gap")).toMatchObject([
      { reason: "restarted", from_ms: seen()[before - 1]!.mediaTimeMs, to_ms: after.mediaTimeMs },
    ]);
    expect(after.mediaTimeMs).toBeCloseTo((1000 * KEY_EVERY) / CODED_FPS);
  });

  it("leaves no process behind when its client is gone for good, also when that had stopped", async () => {
    await using server = await start({ resumeWindowMs: 0 });
    const client = await WsClient.connect(server.url);
    client.send(starting("video/webm"));
    client.socket.send(webm.subarray(0, webm.length / 2));
    await eventually(() => (server.engine.opened[0]?.frames.length ?? 0) > 0, "some frames");
    const [decoder] = await children();
    process.kill(Number.parseInt(decoder!, 10), "SIGSTOP");
    client.socket.terminate();
    await eventually(async () => (await children()).length === 0, "it is gone");
  });

  it("whose decoder is behind holds its socket back, and nothing is lost", async () => {
    await using server = await start({ maxDecoderBacklogBytes: 64 * 1024, decoderTimeoutMs: 60_000 });
    const client = await WsClient.connect(server.url);
    client.send(starting("video/webm"));
    client.socket.send(webm.subarray(0, webm.length / 2));
    await eventually(() => (server.engine.opened[0]?.frames.length ?? 0) > 0, "some frames");
    const decoder = Number.parseInt((await children())[0]!, 10);
    process.kill(decoder, "SIGSTOP");
    client.socket.send(webm.subarray(webm.length / 2));
    // An element that decoders skip (Void), of more than the pipe and the backlog hold.
    const filler = Buffer.concat([Buffer.from([0xec, 0x10, 0x00, 0x7d, 0x00]), Buffer.alloc(32_000)]);
    for (let i = 0; i < 20; i++) client.socket.send(filler);
    client.send({ type: "session.update", session: { stats_interval_ms: 5000 } });
    await sleep(500);
    expect(client.all("session.updated")).toHaveLength(0);
    process.kill(decoder, "SIGCONT");
    await client.next("session.updated");
    client.send(STOP);
    expect(await client.next("input_video.stopped")).toMatchObject({ frames: PICTURES });
  });

  it("in chunks that are too large closes the socket with 1009", async () => {
    await using server = await start({ maxFrameBytes: 2048 });
    const client = await WsClient.connect(server.url);
    client.send(starting("video/webm"));
    client.socket.send(webm.subarray(0, 4096));
    expect((await client.closed()).code).toBe(1009);
  });
});

describe.skipIf(browserPath === null)("what a browser records", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  const SENT = 30;

  /** Runs in the page: records a canvas whose pictures carry their numbers, and sends what the recorder gives. */
  const RECORD = `async ({ url, mime, codes, width, height, cell, everyMs }) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    const stream = canvas.captureStream(0);
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    const recorder = new MediaRecorder(stream, { mimeType: mime, videoBitsPerSecond: 4e6 });
    socket.send(JSON.stringify({ type: "input_video.start", mime: recorder.mimeType }));
    recorder.ondataavailable = ({ data }) => data.size > 0 && socket.send(data);
    recorder.start(100);
    for (const code of codes) {
      for (let bit = 0; bit < 32; bit++) {
        context.fillStyle = Math.floor(code / 2 ** bit) % 2 ? "#eee" : "#111";
        context.fillRect((bit % (width / cell)) * cell, Math.floor(bit / (width / cell)) * cell, cell, cell);
      }
      stream.getVideoTracks()[0].requestFrame();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    recorder.stop();
    await new Promise((resolve) => recorder.addEventListener("stop", resolve));
    socket.send(JSON.stringify({ type: "input_video.stop" }));
    await new Promise((resolve) =>
      socket.addEventListener("message", ({ data }) => JSON.parse(data).type === "input_video.stopped" && resolve()),
    );
    socket.close();
  }`;

  it.concurrent.each(["video/webm;codecs=vp8", "video/webm;codecs=vp9"])(
    "as %s is seen, each picture at its time",
    async (mime) => {
      await using server = await start();
      const context = await browser.newContext({ bypassCSP: true });
      const page = await context.newPage();
      await page.goto(server.url);
      const recording = {
        url: `${server.url.replace("http", "ws")}/v1/stream`,
        mime,
        codes: upTo(SENT).map(codeOf),
        ...CODED_SIZE,
        cell: CELL,
        everyMs: 100,
      };
      await page.evaluate(`(${RECORD})(${JSON.stringify(recording)})`);
      await context.close();
      const { frames } = server.engine.opened[0]!;
      const seen = await numbers(frames);
      expect(seen).not.toContain(null);
      // The recorder itself may leave out the first ones, and a timer that is late makes two pictures fall together.
      expect(seen.length).toBeGreaterThan(0.7 * SENT);
      expect([...seen].sort((a, b) => a! - b!)).toEqual(seen);
      expect(seen.at(-1)).toBe(SENT - 1);
      for (const [i, frame] of frames.entries()) {
        const sentMs = 100 * (seen[i]! - seen[0]!);
        expect(frame.mediaTimeMs).toBeGreaterThan(0.7 * sentMs - 150);
        expect(frame.arrivedAtMs).toBeGreaterThanOrEqual(frames[i - 1]?.arrivedAtMs ?? 0);
      }
    },
  );
});
