import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { browserPath, launchBrowser } from "../support/browser.ts";
import { makeTempDir } from "../support/media.ts";
import type { Script } from "../support/scripted-engine.ts";
import { startScriptedServer, until } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { secretOf, startGuardedServer } from "../support/tokens.ts";
import { buildLibrary } from "./page-under-test.ts";

const script: Script = { answer: () => "two cars have left the yard", pauseMs: 2 };
const limits = { maxConnectionsPerSecond: 1000, maxBytesPerSecond: 256 * 1024 * 1024 };
let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clientDir: string;
let sizes: Awaited<ReturnType<typeof buildLibrary>>;
let browser: Browser;

beforeAll(async () => {
  dir = await makeTempDir();
  clientDir = join(dir.path, "client");
  sizes = await buildLibrary(clientDir);
  if (browserPath !== null) browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await dir.remove();
});

/** Opens the empty page of a server and loads the library into it, as `client`. An error in the page fails the test. */
async function open(url: string): Promise<Page> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  onTestFinished(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });
  await page.goto(url);
  await page.evaluate("import('/lib/mod.js').then((client) => { globalThis.client = client; })");
  return page;
}

/** A server, a network before it that can break, and a page that has come over it. */
async function start() {
  const server = await startScriptedServer(script, { clientDir, limits });
  const proxy = await TcpProxy.start(server.url);
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  return { server, proxy, page: await open(proxy.url) };
}

/** Runs the body of an async function in the page. */
const run = (page: Page, body: string) => page.evaluate(`(async () => { ${body} })()`);

/** Waits until an expression is true in the page. */
const untilInPage = (page: Page, expression: string) =>
  run(
    page,
    `const late = performance.now() + 30_000;
     while (!(${expression})) {
       if (performance.now() > late) throw new Error(${JSON.stringify(`It did not happen: ${expression}`)});
       await new Promise((resolve) => setTimeout(resolve, 10));
     }`,
  );

it("is small: under 24 KiB as it is packed, and under 12 KiB minified", () => {
  expect(sizes.packed).toBeLessThan(24 * 1024);
  expect(sizes.minified).toBeLessThan(12 * 1024);
});

describe.skipIf(browserPath === null)("the library in a browser", () => {
  it("sends a camera, watches through a lost connection and gets its answers", async () => {
    const { server, proxy, page } = await start();
    await run(
      page,
      `globalThis.session = await client.connect("/", { retry: { firstMs: 40 } });
       globalThis.heard = [];
       session.on("event", (event) => heard.push(event));
       globalThis.camera = await client.fromCamera(session);`,
    );
    const stream = () => server.engine.opened[0]!;
    await until("pictures of the camera", () => (server.engine.opened[0]?.frames.length ?? 0) > 5);
    const asked = run(page, `return session.ask("how many cars have left?").whole`);
    proxy.cut();
    expect(await asked).toMatchObject({ text: "two cars have left the yard", status: "completed" });
    const before = stream().frames.length;
    await until("more pictures", () => stream().frames.length > before + 5);
    expect(server.engine.opened, "it is the same session").toHaveLength(1);
    const times = stream().frames.map(({ mediaTimeMs }) => mediaTimeMs);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    const end = (await run(page, `camera.stop(); return await session.close()`)) as object;
    expect(end).toMatchObject({ reason: "completed", totals: { answers: 1 } });
    const ids = (await run(page, `return heard.map((event) => event.event_id)`)) as string[];
    const logged = ids.filter((id) => !id.includes("."));
    expect(logged).toEqual(logged.map((_, i) => `event_${i}`));
    expect(await run(page, `return camera.stream.getTracks()[0].readyState`)).toBe("ended");
  });

  it("drops pictures of a camera when the network stands still, and goes on with the newest", async () => {
    const { server, proxy, page } = await start();
    await run(
      page,
      `globalThis.session = await client.connect("/");
       globalThis.skipped = [];
       session.on("skipped", (frame) => skipped.push(frame));
       // As large as what the model needs is no load for a network. So these carry as much again as a slow one takes.
       const send = session.sendFrame.bind(session);
       session.sendFrame = (jpeg, options) => send(new Blob([jpeg, new Uint8Array(2 * 1024 * 1024)]), options);
       globalThis.camera = await client.fromCamera(session);`,
    );
    await until("a picture", () => (server.engine.opened[0]?.frames.length ?? 0) > 0);
    proxy.stand();
    await untilInPage(page, "skipped.length >= 2");
    expect(await run(page, "return session.frames.waiting <= session.info.limits.max_inflight")).toBe(true);
    expect(await run(page, `return skipped.every(({ reason }) => reason === "behind")`)).toBe(true);
    const latest = Number(await run(page, "return skipped.at(-1).mediaTimeMs"));
    proxy.flow();
    await until("newer pictures", () => (server.engine.opened[0]!.frames.at(-1)?.mediaTimeMs ?? 0) > latest);
  });

  it("records a camera as a container, and begins another one after a lost connection", async () => {
    const { server, proxy, page } = await start();
    await run(
      page,
      `globalThis.session = await client.connect("/", { retry: { firstMs: 40 } });
       globalThis.errors = [];
       session.on("error", ({ error }) => errors.push(error));
       globalThis.started = globalThis.stopped = 0;
       session.on("input_video.started", () => started++);
       session.on("input_video.stopped", () => stopped++);
       globalThis.recording = client.fromRecorder(session, await client.openCamera());`,
    );
    const frames = () => server.engine.opened[0]?.frames ?? [];
    await until("pictures", () => frames().length > 0);
    proxy.cut();
    // What was sent of the first recording is looked at to its end, so its pictures come for a while.
    await untilInPage(page, "started === 2");
    const before = frames().length;
    await until("pictures of the second recording", () => frames().length > before);
    expect(server.engine.opened, "it is the same session").toHaveLength(1);
    await run(page, "recording.stop()");
    await untilInPage(page, "stopped === 2");
    expect(await run(page, "return errors")).toEqual([]);
    expect(await run(page, "return (await session.close()).reason")).toBe("completed");
    const times = frames().map(({ mediaTimeMs }) => mediaTimeMs);
    expect(
      [...times].sort((a, b) => a - b),
      "time does not go backwards",
    ).toEqual(times);
  });

  it("takes a ticket for each connection when the server wants a token", async () => {
    const tokens = [{ name: "all", scopes: ["watch", "ask", "push"] }];
    await using server = await startGuardedServer(tokens, { clientDir, limits }, script);
    await using proxy = await TcpProxy.start(server.url);
    const page = await open(proxy.url);
    const refused = await run(
      page,
      `return client.connect("/").catch(({ code, status }) => ({ code, status }))`,
    );
    expect(refused).toEqual({ code: "unauthorized", status: 401 });
    await run(
      page,
      `globalThis.session = await client.connect("/", { token: "${secretOf("all")}", retry: { firstMs: 40 } })`,
    );
    expect(await run(page, `return (await session.ask("what is moving?").whole).status`)).toBe("completed");
    proxy.cut();
    expect(await run(page, `return (await session.ask("what is moving?").whole).status`)).toBe("completed");
    expect(server.engine.opened).toHaveLength(1);
  });

  it("plays a file that the user has chosen, and sends it to its end", async () => {
    const { server, page } = await start();
    // The browser makes its own clip, of what it can play.
    const sent = await run(
      page,
      `const canvas = document.createElement("canvas");
       const context = canvas.getContext("2d");
       const painting = setInterval(() => context.fillRect(Math.random() * 300, 0, 9, 150), 20);
       const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
       const chunks = [];
       recorder.ondataavailable = ({ data }) => chunks.push(data);
       recorder.start();
       await new Promise((resolve) => setTimeout(resolve, 700));
       const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
       recorder.stop();
       await stopped;
       clearInterval(painting);
       const session = await client.connect("/");
       const feed = await client.fromFile(session, new Blob(chunks, { type: "video/webm" }));
       await feed.ended;
       await session.close();
       const broken = await client.connect("/");
       const code = await client.fromFile(broken, new Blob(["no video"])).catch((error) => error.code);
       return [session.frames.sent, code];`,
    );
    const [count, code] = sent as [number, string];
    expect(count).toBeGreaterThan(2);
    expect(server.engine.opened[0]!.frames.length).toBe(count);
    expect(code).toBe("video_unplayable");
  });
});
