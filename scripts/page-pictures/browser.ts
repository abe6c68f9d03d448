import { chromium } from "playwright-core";

/** Chromium without a window and with a camera that shows a test picture. CHROMIUM_PATH names another one. */
export function launchChromium() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--hide-scrollbars",
      "--no-first-run",
    ],
  });
}
