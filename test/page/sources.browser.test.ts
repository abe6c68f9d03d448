import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import type { Script } from "../support/scripted-engine.ts";
import { startScriptedServer, until } from "../support/server.ts";

const script: Script = {
  thought: (unit) => (unit % 3 === 0 ? `unit ${unit}: a car enters` : null),
  answer: () => "two cars have left",
};

/** Waits until an expression is true in the page. `waitForFunction` would use eval, which the page's policy forbids. */
async function untilInPage(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Chooses one source after the other, without a moment between them. */
async function chooseInTurn(page: Page, ...names: string[]): Promise<void> {
  const click = (name: string) =>
    `[...document.querySelectorAll("fieldset button")].find((each) => each.textContent.trim() === "${name}").click();`;
  await page.evaluate(names.map(click).join(" "));
}

/** Drags a file over the page and lets it go. */
async function drop(page: Page, name: string, type: string, bytes: Buffer): Promise<void> {
  await page.evaluate(
    ([fileName, mime, base64]) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0));
      data.items.add(new File([content], fileName!, { type: mime! }));
      for (const step of ["dragenter", "dragover"])
        document.body.dispatchEvent(
          new DragEvent(step, { dataTransfer: data, bubbles: true, cancelable: true }),
        );
      Object.assign(globalThis, { dropped: data });
    },
    [name, type, bytes.toString("base64")],
  );
  await page.getByText("Drop a video file to watch it").waitFor();
  await page.evaluate(
    'document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: globalThis.dropped, bubbles: true, cancelable: true }))',
  );
  await page.getByText("Drop a video file to watch it").waitFor({ state: "hidden" });
}

const trackOfVideo = "document.querySelector('video').srcObject.getVideoTracks()[0]";
const alerts = (page: Page) => page.getByRole("alert");
const isChosen = (page: Page, name: string) =>
  page.getByRole("button", { name, exact: true, pressed: true }).waitFor();

describe.skipIf(browserPath === null)("where video comes from", () => {
  let browser: Browser;
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  beforeAll(async () => {
    dir = await makeTempDir();
    const output = ["-c:v", "libx264"];
    for (const name of ["street", "desk"])
      await makeVideo(join(dir.path, `${name}.mp4`), { seconds: 4, fps: 10, size: "320x180", output });
    const about = (name: string) => ({ file: `${name}.mp4`, title: name, about: `The ${name}.`, seconds: 4 });
    await writeFile(join(dir.path, "samples.json"), JSON.stringify(["street", "desk"].map(about)));
    browser = await launchBrowser({ hostName: "camera.lan" });
  });
  afterAll(async () => {
    await browser?.close();
    await dir.remove();
  });

  const start = (options = {}) =>
    startScriptedServer(script, { clientDir: BUILT_PAGE, sampleDir: dir.path, ...options });

  it("plays a clip at once and sends it once; from its start it is another session", async () => {
    await using server = await start();
    const asked: string[] = [];
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    context.on("request", (request) => asked.push(request.url()));
    await context.addInitScript(`
      globalThis.shifted = [];
      new PerformanceObserver((list) => {
        for (const { sources } of list.getEntries())
          for (const { node } of sources)
            if (node?.matches?.("header *, .sources, .sources *, .screen, video")) globalThis.shifted.push(node.outerHTML);
      }).observe({ type: "layout-shift", buffered: true });`);
    const page = await context.newPage();
    page.on("websocket", (socket) => asked.push(socket.url()));
    await page.goto(server.url);
    await page.getByText("unit 12: a car enters").first().waitFor();
    expect(await page.evaluate("globalThis.shifted"), "neither the header nor the video jumps about").toEqual(
      [],
    );
    expect(await page.title()).toBe("street – thinkalong");
    expect(await page.getByRole("combobox", { name: "Clip" }).inputValue()).toBe("street.mp4");
    await untilInPage(page, "document.querySelector('video').ended");
    const times = () => server.engine.opened.at(-1)?.frames.map(({ mediaTimeMs }) => mediaTimeMs) ?? [];
    expect(times().at(-1)).toBeGreaterThan(3000);

    await page.evaluate("document.querySelector('video').currentTime = 2");
    await page.evaluate("document.querySelector('video').play()");
    await untilInPage(page, "document.querySelector('video').ended");
    expect(
      [...new Set(times())].sort((a, b) => a - b),
      "what is seen again is not sent again",
    ).toEqual(times());
    expect(server.engine.opened.length).toBe(1);

    // As the browser's own control does at the end of a video.
    await page.evaluate("document.querySelector('video').play().catch(() => {})");
    await until("another session", () => server.engine.opened.length === 2);
    await until("the first one is closed", () => server.engine.open.length === 1);
    await page.getByRole("combobox", { name: "Clip" }).selectOption("desk");
    await until("a session of the other clip", () => server.engine.opened.length === 3);
    await page.getByText("The desk.").waitFor({ state: "attached" });

    const foreign = asked.filter(
      (url) => !/^blob:/.test(url) && new URL(url).host !== new URL(server.url).host,
    );
    expect(foreign, "nothing comes from elsewhere").toEqual([]);
    expect(asked.some((url) => url.startsWith("ws:"))).toBe(true);
    await context.close();
  });

  it("takes what was chosen last, goes back when the screen ends, and on when the camera returns", async () => {
    await using server = await start();
    const page = await openPage(browser, server.url);
    await chooseInTurn(page, "desk", "Webcam");
    await page.getByText("unit 3: a car enters").first().waitFor();
    await isChosen(page, "Webcam");
    expect(await page.evaluate("document.querySelector('video').srcObject !== null")).toBe(true);
    const first = server.engine.open.at(-1)!;
    const question = page.getByRole("textbox", { name: /Ask/ });
    await question.fill("what is moving?");
    await question.press("Enter");
    await page.getByText("two cars have left").first().waitFor();
    await question.fill("one two three four five six seven eight nine");
    await question.press("Enter");
    await page.getByText("takes questions of at most 8 words").first().waitFor();
    const numbers = first.frames.map(({ seq }) => seq);
    expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(numbers);
    await page.getByText("A script that pretends to watch a street.").waitFor();
    await chooseInTurn(page, "Webcam", "desk");
    await untilInPage(page, "document.querySelector('video').currentTime > 0.5");
    await isChosen(page, "desk");
    expect(await page.evaluate("document.querySelector('video').srcObject === null")).toBe(true);
    expect(await alerts(page).count()).toBe(0);

    await until(
      "pictures of the clip",
      () => first.isClosed && (server.engine.open[0]?.frames.length ?? 0) > 2,
    );
    const { length } = server.engine.opened;
    await page.getByRole("button", { name: "Webcam" }).click();
    await until("pictures of the camera", () => (server.engine.opened[length]?.frames.length ?? 0) > 2);
    const stream = server.engine.opened[length]!;
    await page.evaluate(`${trackOfVideo}.stop(); ${trackOfVideo}.dispatchEvent(new Event("ended"))`);
    await page.getByText(/The camera is gone/).waitFor();
    const before = stream.frames.length;
    await page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))");
    await page.getByText(/The camera is gone/).waitFor({ state: "hidden" });
    await until("pictures again", () => stream.frames.length > before + 2);
    expect(await page.evaluate(`${trackOfVideo}.readyState`)).toBe("live");
    expect(server.engine.opened.length, "in the same session").toBe(length + 1);

    await page.getByRole("button", { name: "Screen" }).click();
    await isChosen(page, "Screen");
    await page.evaluate(`${trackOfVideo}.dispatchEvent(new Event("ended"))`);
    await page.getByText("The screen is no longer shared. desk is shown again.").waitFor();
    await isChosen(page, "desk");
    await untilInPage(page, "document.querySelector('video').currentTime > 0.5");
  });

  it("leaves what is watched when a camera is refused or a dropped file is none to play", async () => {
    await using server = await start();
    await using strict = await launchBrowser({ allowsCamera: false });
    const page = await openPage(strict, server.url);
    await page.getByText("unit 0: a car enters").first().waitFor();
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.getByText(/was not allowed. Allow it .* street goes on/).waitFor();
    await drop(page, "notes.txt", "text/plain", Buffer.from("milk"));
    await page.getByText(/notes.txt is no video/).waitFor();
    await drop(page, "broken.mp4", "video/mp4", Buffer.from("no film at all"));
    await page.getByText(/cannot play broken.mp4.* street goes on/).waitFor();
    await isChosen(page, "street");
    expect(await page.evaluate("document.querySelector('video').src")).toContain("street.mp4");
    expect(server.engine.opened.length, "all in one session").toBe(1);

    await drop(page, "mine.mp4", "video/mp4", await readFile(join(dir.path, "desk.mp4")));
    await page.getByText("mine.mp4").waitFor();
    await isChosen(page, "File");
    await until("a session about it", () => (server.engine.opened[1]?.frames.length ?? 0) > 2);
    expect(await alerts(page).count()).toBe(0);
  });

  it("says before one presses that a page without https gets no camera", async () => {
    await using server = await start({ allowedHosts: ["camera.lan"], insecure: true });
    const page = await openPage(browser, server.url.replace("127.0.0.1", "camera.lan"));
    const why =
      /Browsers give a camera or the screen only to pages with https.*thinkalong serve --tls-self-signed/;
    const webcam = page.getByRole("button", { name: "Webcam" });
    expect(await webcam.getAttribute("aria-disabled")).toBe("true");
    await page.getByText("Webcam and Screen need a page with https").waitFor();
    await webcam.click({ force: true });
    await alerts(page).getByText(why).waitFor();
    await isChosen(page, "street");
    await drop(page, "mine.mp4", "video/mp4", await readFile(join(dir.path, "desk.mp4")));
    await isChosen(page, "File");
  });
});
