import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { SAMPLE_CLIP, SAMPLE_DIR } from "../support/clips.ts";
import { makeTempDir } from "../support/media.ts";
import { startServer } from "../support/server.ts";

describe.skipIf(browserPath === null)("the sample page on the real model", () => {
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  let clientDir: string;
  let browser: Browser;
  beforeAll(async () => {
    dir = await makeTempDir();
    clientDir = join(dir.path, "client");
    await build({
      configFile: "vite.config.ts",
      logLevel: "warn",
      build: { outDir: clientDir, emptyOutDir: true },
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await dir.remove();
  });

  const start = async () =>
    startServer(await createEngine({ model: BUNDLED_MODEL }), { clientDir, sampleDir: SAMPLE_DIR });

  it.skipIf(!existsSync(SAMPLE_CLIP))("thinks about the sample clip and answers while it plays", async () => {
    await using server = await start();
    const page = await openPage(browser, server.url);
    await page.locator("#thoughts li").nth(1).waitFor();
    expect(await page.locator("#thoughts li").first().textContent()).toMatch(/\d+:\d\d\.\d.*[a-z]{3}/s);
    await page.getByRole("textbox", { name: /Ask about/ }).fill("what happened last?");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText(/first word after .* all after/).waitFor();
    expect(await page.locator("#answers .answer").first().textContent()).toMatch(/\w/);
    expect(await page.getByRole("alert").isVisible()).toBe(false);
  });

  it("watches a camera without a complaint", async () => {
    await using server = await start();
    const page = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.locator("#ticks > *").nth(7).waitFor();
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    expect(await page.getByText("connected", { exact: true }).isVisible()).toBe(true);
  });
});
