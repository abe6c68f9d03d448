import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser that is here: CHROMIUM_PATH, else Chromium or Chrome in its usual place; null where there is none. */
export const browserPath: string | null =
  process.env.CHROMIUM_PATH ?? USUAL.find((path) => existsSync(path)) ?? null;

if (browserPath === null) {
  console.warn("No Chromium found: the browser tests are skipped. Install chromium or set CHROMIUM_PATH.");
}

/** Starts it without a screen, with a fake camera that needs no permission, and quiet towards the network. */
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
