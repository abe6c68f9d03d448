import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { SAMPLE_CLIP, SAMPLE_DIR } from "../support/clips.ts";
import { startServer } from "../support/server.ts";

describe.skipIf(browserPath === null)("the page on the real model", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  const start = async () =>
    startServer(await createEngine({ model: BUNDLED_MODEL }), {
      clientDir: BUILT_PAGE,
      sampleDir: SAMPLE_DIR,
    });

  it.skipIf(!existsSync(SAMPLE_CLIP))(
    "thinks about the first sample while it plays, and asks and answers by itself",
    async () => {
      await using server = await start();
      const page = await openPage(browser, server.url);
      const video = () =>
        page.evaluate<{ at: number; paused: boolean }>(
          "(({ currentTime: at, paused }) => ({ at, paused }))(document.querySelector('video'))",
        );
      await page.getByText(/^said \d+ ms after the frame$/).waitFor();
      const atThought = await video();
      const answers = page.getByRole("list", { name: "Questions and answers" });
      await answers.getByText(/^What .* last.*\? asked by this page$/).waitFor();
      await answers.getByText(/first word after/).waitFor();
      expect((await video()).at).toBeGreaterThan(atThought.at);
      expect((await video()).paused).toBe(false);
      const seen = await page.locator(".sees i").count();
      const said = await page.locator(".thinks b").count();
      expect(said).toBeGreaterThan(0);
      expect(seen).toBeGreaterThan(said);
      expect(await page.getByRole("alert").count()).toBe(0);
    },
  );

  it("watches a camera without a complaint", async () => {
    await using server = await start();
    const page = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.locator(".sees i").nth(7).waitFor({ state: "attached" });
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await page.getByText("connected", { exact: true }).isVisible()).toBe(true);
  });
});
