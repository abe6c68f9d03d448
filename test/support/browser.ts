import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a browser: CHROMIUM_PATH, else Chromium or Chrome in its usual place; null when there is none. */
export const browserPath: string | null =
  process.env.CHROMIUM_PATH ?? USUAL.find((path) => existsSync(path)) ?? null;

if (browserPath === null) {
  console.warn("No Chromium found: the browser tests are skipped. Install chromium or set CHROMIUM_PATH.");
}

/**
 * Starts the browser without a window, with a fake camera that needs no permission, and without network traffic of its
 * own.
 */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath!,
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** Opens the page for one test and waits until it is connected. An error in the page fails the test. */
export async function openPage(
  browser: Browser,
  url: string,
  viewport = { width: 1280, height: 800 },
): Promise<Page> {
  const context = await browser.newContext({ viewport });
  // As for the tests themselves: a machine that is shared may stand still for a minute.
  context.setDefaultTimeout(150_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) errors.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(errors).toEqual([]);
  });
  await page.goto(url);
  await page.getByText("connected", { exact: true }).waitFor();
  return page;
}
