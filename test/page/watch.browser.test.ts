import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { ffmpeg } from "../support/media.ts";
import type { Script } from "../support/scripted-engine.ts";
import { startScriptedServer, until } from "../support/server.ts";

const SECONDS = 8;
const script: Script = {
  thought: (unit) => (unit % 4 === 0 ? `a red car enters from the left #${unit / 4 + 1}` : null),
  answer: () => "red, as far as I know",
  pauseMs: 2,
};

describe.skipIf(browserPath === null)("the Watch view", () => {
  let browser: Browser;
  let sampleDir: string;
  beforeAll(async () => {
    sampleDir = await mkdtemp(join(tmpdir(), "thinkalong-watch-"));
    const picture = `testsrc=size=320x180:rate=10:duration=${SECONDS}`;
    const output = ["-pix_fmt", "yuv420p", "-c:v", "libx264", join(sampleDir, "clip.mp4")];
    await ffmpeg("-f", "lavfi", "-i", picture, ...output);
    const about = { file: "clip.mp4", title: "Clip", about: "A test picture.", seconds: SECONDS };
    await writeFile(join(sampleDir, "samples.json"), JSON.stringify([about]));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(sampleDir, { recursive: true });
  });

  const start = () => startScriptedServer(script, { clientDir: BUILT_PAGE, sampleDir });
  const currentTime = (page: Page) => page.evaluate<number>("document.querySelector('video').currentTime");
  /** Waits until an expression is true in the page. `waitForFunction` would use eval, which the page's policy forbids. */
  const untilInPage = async (page: Page, expression: string) => {
    while (!(await page.evaluate(expression))) await page.waitForTimeout(50);
  };
  const lanes = (page: Page) =>
    page.evaluate<{ seen: number; said: number; quiet: string }>(`({
      seen: document.querySelectorAll(".sees i").length,
      said: document.querySelectorAll(".thinks b").length,
      quiet: document.querySelector(".thinks s")?.className ?? "",
    })`);

  it("shows to whoever touches nothing thoughts while the video goes on, both lanes at work, an answer, and an end", async () => {
    await using server = await start();
    const page = await openPage(browser, server.url);

    await page
      .getByText(/a red car enters from the left · \d\w\w car in/)
      .first()
      .waitFor();
    await page.getByText(/^said \d+ ms after the frame$/).waitFor();
    const [atThought, before] = [await currentTime(page), await lanes(page)];
    await untilInPage(page, `document.querySelector("video").currentTime > ${atThought + 1.5}`);
    const after = await lanes(page);
    expect(after.seen).toBeGreaterThan(before.seen);
    expect(after.said).toBeGreaterThan(before.said);
    expect(after.quiet).toBe("nothing_new");
    await page.getByText(/cars in [2-9]/).waitFor();
    expect(await page.getByText("asked by this page").count(), "not before its time").toBe(0);

    const answers = page.getByRole("list", { name: "Questions and answers" });
    await answers.getByText("What colour was the last car? asked by this page").waitFor();
    await answers.getByText("red, as far as I know").waitFor();
    expect(await currentTime(page)).toBeGreaterThanOrEqual(6);

    const end = page.getByRole("region", { name: "End of the video" });
    await end.getByText(/^watched 0:08, \d+ thoughts$/).waitFor();
    await page.getByText(/^All \d+ thoughts$/).click();
    await page.getByRole("list", { name: "Thoughts" }).getByRole("button").last().click();
    await end.waitFor({ state: "hidden" });
    expect(await currentTime(page)).toBeLessThan(2);

    // What is shown again is not sent again.
    const sent = server.engine.opened[0]!.frames.length;
    await page.evaluate(`{
      const video = document.querySelector("video");
      video.currentTime = video.duration - 0.3;
      video.play();
    }`);
    await end.waitFor();
    expect(server.engine.opened[0]!.frames.length).toBe(sent);
    expect(server.engine.opened).toHaveLength(1);
    await end.getByRole("button", { name: "Play again" }).click();
    await until("another session", () => server.engine.opened.length === 2);
    await until("its pictures", () => (server.engine.opened[1]?.frames.length ?? 0) > 4);
    expect(await currentTime(page)).toBeLessThan(6);
  });

  it("asks nothing of a visitor who has done something, and fits on a phone", async () => {
    await using server = await start();
    const page = await openPage(browser, server.url, { width: 360, height: 740 });
    await page.keyboard.press("Shift");
    await page.getByText(/^said \d+ ms after the frame$/).waitFor();
    await untilInPage(page, 'document.querySelectorAll(".sees i").length > 8');

    const line = page.getByRole("slider", { name: "What was seen and thought" });
    await line.focus();
    const before = await line.getAttribute("aria-valuetext");
    for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowLeft");
    await expect.poll(() => line.getAttribute("aria-valuetext")).not.toBe(before);
    expect(await line.getAttribute("aria-valuetext")).toMatch(/^0:0\d\.\d, (nothing new|a red car)/);
    await page.getByRole("img", { name: /^The video at 0:0/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("img", { name: /^The video at 0:0/ }).waitFor({ state: "hidden" });

    const boxes = await page.evaluate<Record<"picture" | "caption" | "timeline" | "ask", DOMRect>>(
      `Object.fromEntries(["picture", "caption", "timeline", "ask"].map((name) =>
        [name, document.querySelector("." + name).getBoundingClientRect().toJSON()]))`,
    );
    for (const [name, box] of Object.entries(boxes)) {
      expect(box.bottom, name).toBeLessThanOrEqual(740);
      expect(box.right, name).toBeLessThanOrEqual(360);
    }
    expect(boxes.picture.width / boxes.picture.height).toBeCloseTo(16 / 9, 1);
    expect(boxes.caption.top).toBeGreaterThanOrEqual(boxes.picture.top);
    expect(boxes.caption.bottom).toBeLessThanOrEqual(boxes.picture.bottom);

    await untilInPage(page, 'document.querySelector("video").currentTime > 6.8');
    expect(await page.getByText("asked by this page").count()).toBe(0);
  });
});
