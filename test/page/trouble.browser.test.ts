import { once } from "node:events";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import type { Script } from "../support/scripted-engine.ts";
import { startScriptedServer, until } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const clientDir = BUILT_PAGE;
const script: Script = { thought: (unit) => (unit % 3 === 0 ? `unit ${unit}: a car enters` : null) };

describe.skipIf(browserPath === null)("trouble, in words", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it("says that the connection was lost, and goes on with what was thought meanwhile", async () => {
    await using server = await startScriptedServer(script, { clientDir });
    await using network = await TcpProxy.start(server.url);
    const page = await openPage(browser, network.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.getByText("unit 0: a car enters").first().waitFor();
    const stream = server.engine.opened.at(-1)!;
    network.down();
    const lost = page.getByRole("alert").getByText(/The connection was lost. It goes on by itself/);
    await lost.waitFor();
    await page.getByText(/Next try in \d+ s/).waitFor();
    // What the server says meanwhile.
    stream.emit({
      ...{ type: "thought.done", thought: "meanwhile", unit: 0, sinceMediaTimeMs: 0, mediaTimeMs: 0 },
      ...{
        text: "a truck came meanwhile",
        skipped: false,
        skipReason: null,
        prompt: null,
        unfamiliar: false,
      },
      ...{ stop: "end", tokens: 3, ttftMs: 1, stalenessMs: 1, reasoned: { startedAtMs: 0, finishedAtMs: 1 } },
    });
    network.up();
    await page.getByText("connected", { exact: true }).waitFor();
    await page.getByText("a truck came meanwhile").first().waitFor();
    expect(await lost.count(), "no stale notice stays").toBe(0);
    expect(server.engine.opened.length, "the session is the same").toBe(1);
  });

  it("says that the scene is unfamiliar or the model gone, and takes it back", async () => {
    await using server = await startScriptedServer(script, { clientDir });
    const page = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.getByText("unit 0: a car enters").first().waitFor();
    const stream = server.engine.opened.at(-1)!;
    const notices = page.getByRole("region", { name: "Notices" });
    const at = { type: "scene.changed", unit: 1, mediaTimeMs: 500, sinceMs: 0 } as const;
    const message = "The camera moves. Fix it.";
    stream.emit({ ...at, status: "unfamiliar", reason: "camera_moving", message });
    const unfamiliar = notices.getByText("The camera moves. Fix it. Thoughts about it may be wrong.");
    await unfamiliar.waitFor();
    stream.emit({ ...at, status: "familiar", reason: null, message: "All is well." });
    await unfamiliar.waitFor({ state: "hidden" });

    const model = { type: "availability.changed", mediaTimeMs: 500 } as const;
    stream.emit({ ...model, available: false, message: "The model is away. It is looked for." });
    await page.getByRole("alert").getByText("The model is away.").waitFor();
    stream.emit({ ...model, available: true, message: "It is back." });
    await page.getByRole("alert").waitFor({ state: "hidden" });
  });

  it("says that the server is stopped, and begins anew when it is back", async () => {
    const first = await startScriptedServer(script, { clientDir });
    const page = await openPage(browser, first.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.getByText("unit 0: a car enters").first().waitFor();
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    await page
      .getByRole("alert")
      .getByText(/When it is back, this page goes on by itself/)
      .waitFor();
    expect(await page.locator(".notice").count(), "it is told once").toBe(1);
    await using second = await startScriptedServer(
      { thought: (unit) => (unit === 0 ? "a new beginning" : null) },
      { clientDir, port },
    );
    await page.getByText("connected", { exact: true }).waitFor();
    await page.getByText(/The server has lost the session, so a new one has begun/).waitFor();
    await page.getByText("a new beginning").first().waitFor();
    expect(second.engine.opened.length).toBe(1);
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("says that the server is full, and takes the place that becomes free", async () => {
    await using server = await startScriptedServer(script, { clientDir, limits: { maxSessions: 1 } });
    const other = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`);
    await once(other, "message");
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(server.url);
    await page.getByText(/server full, again in/).waitFor();
    await page
      .getByRole("alert")
      .getByText(/as many sessions as it takes/)
      .waitFor();
    other.close();
    await page.getByText("connected", { exact: true }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("says that the session was ended because nothing came, and goes on when one wants it", async () => {
    await using server = await startScriptedServer(script, { clientDir, limits: { idleTimeoutMs: 800 } });
    const page = await openPage(browser, server.url);
    await page.getByText("Nothing came for a while, so the session was ended.").waitFor();
    await page.getByText("idle", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("connected", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Webcam" }).click();
    await until("pictures", () => (server.engine.opened.at(-1)?.frames.length ?? 0) > 2);
    expect(await page.getByText("Nothing came for a while").count()).toBe(0);
  });
});
