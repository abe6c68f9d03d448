import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import type { Script } from "../support/scripted-engine.ts";
import { startScriptedServer, until } from "../support/server.ts";

const folder = await mkdtemp(join(tmpdir(), "thinkalong-page-"));
const clientDir = join(folder, "client");
const script: Script = {
  thought: (unit) => (unit % 3 === 0 ? `unit ${unit}: a car enters at the left` : null),
  answer: () => "two cars have left",
  note: () => "What stands there from the start is not counted.",
  pauseMs: 2,
};
let browser: Browser;

beforeAll(async () => {
  if (browserPath === null) return;
  await build({
    configFile: "vite.config.ts",
    logLevel: "warn",
    build: { outDir: clientDir, emptyOutDir: true },
  });
  const clip = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=4", "-pix_fmt", "yuv420p"];
  const { path: ffmpeg } = await resolveFfmpeg();
  await promisify(execFile)(ffmpeg, [...clip, "-c:v", "libx264", join(folder, "street.mp4")]);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

/** Waits until an expression is true in the page. `waitForFunction` would use eval, which the page's policy forbids. */
async function untilInPage(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Chooses one video after the other, without a moment between them. */
async function chooseInTurn(page: Page, ...kinds: string[]): Promise<void> {
  await page.evaluate(kinds.map((kind) => `document.getElementById("source-${kind}").click();`).join(" "));
}

describe.skipIf(browserPath === null)("the sample page", () => {
  it("shows thoughts about the webcam, and answers while it runs", async () => {
    await using server = await startScriptedServer(script, { clientDir, sampleDir: folder });
    const page = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.getByText("unit 0: a car enters at the left").first().waitFor();
    await page.getByText("unit 3: a car enters at the left").first().waitFor();

    await page.getByRole("button", { name: "how many cars have left?" }).click();
    await page.getByText("two cars have left", { exact: true }).waitFor();
    await page.getByText("What stands there from the start is not counted.").waitFor();
    await page.getByText(/first word after .* all after/).waitFor();

    await page
      .getByRole("textbox", { name: /Ask about/ })
      .fill("one two three four five six seven eight nine");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("Ask it in at most 8 words").waitFor();
    await page.locator("#status dd", { hasText: /\d+ · \d/ }).waitFor();
    expect(await page.locator("#ticks .quiet").count()).toBeGreaterThan(0);
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    const stream = server.engine.opened.at(-1);
    expect(
      stream?.frames.every((frame, at) => at === 0 || frame.seq > (stream.frames[at - 1]?.seq ?? 0)),
    ).toBe(true);
  });

  it("takes another video while one is still on its way, without a complaint", async () => {
    await using server = await startScriptedServer(script, { clientDir, sampleDir: folder });
    const page = await openPage(browser, server.url);
    await chooseInTurn(page, "sample", "webcam");
    await page.getByText("unit 3: a car enters at the left").first().waitFor();
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    expect(await page.evaluate("document.querySelector('video').srcObject !== null")).toBe(true);
    await chooseInTurn(page, "webcam", "sample");
    await untilInPage(page, "document.querySelector('video').currentTime > 0.5");
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    expect(await page.evaluate("document.querySelector('video').srcObject === null")).toBe(true);
  });

  it("says that a scene is unfamiliar, marks what is thought of it, and takes it back", async () => {
    await using server = await startScriptedServer(script, { clientDir, sampleDir: folder });
    const page = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.getByText("unit 0: a car enters at the left").first().waitFor();
    const stream = server.engine.opened.at(-1)!;
    const at = { type: "scene.changed", unit: 1, mediaTimeMs: 500, sinceMs: 0 } as const;
    const notice = page.getByRole("status", { name: "Scene" });
    expect(await notice.isVisible()).toBe(false);
    stream.emit({
      ...at,
      status: "unfamiliar",
      reason: "camera_moving",
      message: "The camera moves. Fix it.",
    });
    await notice.waitFor();
    expect(await notice.textContent()).toContain("The camera moves. Fix it.");
    stream.emit({
      type: "thought.done",
      thought: "doubtful",
      unit: 1,
      sinceMediaTimeMs: 250,
      mediaTimeMs: 500,
      text: "a doubtful thing",
      skipped: false,
      skipReason: null,
      prompt: null,
      unfamiliar: true,
      stop: "end",
      tokens: 3,
      ttftMs: 1,
      stalenessMs: 1,
      reasoned: { startedAtMs: 0, finishedAtMs: 1 },
    });
    await page.locator("#thoughts .doubtful", { hasText: "a doubtful thing" }).waitFor();
    stream.emit({ ...at, status: "familiar", reason: null, message: "All is well." });
    await notice.waitFor({ state: "hidden" });
  });

  it("plays the sample clip at once, sends it once, and seeks to a thought", async () => {
    await using server = await startScriptedServer(script, { clientDir, sampleDir: folder });
    const page = await openPage(browser, server.url, { width: 390, height: 844 });
    await page.getByText("unit 12: a car enters at the left").first().waitFor();
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    expect(wide, "nothing is wider than a phone").toBeLessThanOrEqual(390);
    await untilInPage(page, "document.querySelector('video').ended");
    const times = () => server.engine.opened.at(-1)?.frames.map(({ mediaTimeMs }) => mediaTimeMs) ?? [];
    expect(times().at(-1)).toBeGreaterThan(3000);

    await page
      .getByRole("button", { name: /^00:0\d\.\d$/ })
      .last()
      .click();
    await untilInPage(page, "document.querySelector('video').currentTime < 2");
    await page.evaluate("document.querySelector('video').play()");
    await untilInPage(page, "document.querySelector('video').ended");
    // The last picture may have been on its way when the clip ended, so not their number tells it, but their times.
    expect(
      [...new Set(times())].sort((a, b) => a - b),
      "what was seen again is not sent again",
    ).toEqual(times());
    expect(times().at(-1)).toBeLessThan(4100);

    await page.getByRole("button", { name: "Sample clip" }).click();
    await until("another session", () => server.engine.opened.length === 2);
    await until("the first stream is closed", () => server.engine.open.length === 1);
  });

  it("says that the server is gone, and comes back with it", async () => {
    const first = await startScriptedServer(script, { clientDir });
    const page = await openPage(browser, first.url);
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    await page.getByText(/the server is gone; trying again/).waitFor();
    await using _second = await startScriptedServer(script, { clientDir, port });
    await page.getByText("connected", { exact: true }).waitFor();
  });

  it("says that the server is full, and takes the place that becomes free", async () => {
    await using server = await startScriptedServer(script, { clientDir, limits: { maxSessions: 1 } });
    const other = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`);
    await once(other, "message");
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(server.url);
    await page.getByText(/the server is full; trying again/).waitFor();
    expect(await page.getByRole("alert").textContent()).toMatch(/session/);
    other.close();
    await page.getByText("connected", { exact: true }).waitFor();
  });

  it("says what to do when the sample clip is missing or the camera is refused", async () => {
    await using server = await startScriptedServer(script, { clientDir });
    const page = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Sample clip" }).click();
    await page.getByText(/The sample clip does not play/).waitFor();
    await page.evaluate(
      "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))",
    );
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.getByText(/Allow it in the address bar/).waitFor();
  });
});
