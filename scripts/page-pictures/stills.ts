import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";

/** Sizes (px) of a phone, two laptops and a large screen. */
const SIZES = [
  [360, 740],
  [1366, 768],
  [1440, 900],
  [2560, 1440],
] as const;

const SCHEMES = ["light", "dark"] as const;

/** Views by their address, and how long each is watched before the picture is taken (ms). */
const VIEWS = { watch: 11_000, wall: 4_000, history: 2_500, alerts: 2_500 } as const;

/**
 * Takes a picture of every view at every size, light and dark, as `watch-360-light.png`.
 *
 * @param wanted names of views; none: all
 * @returns the paths of the pictures
 */
export async function takeStills(browser: Browser, url: string, folder: string, wanted: readonly string[]) {
  await mkdir(folder, { recursive: true });
  const taken: string[] = [];
  for (const [width, height] of SIZES)
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      for (const [view, watchMs] of Object.entries(VIEWS)) {
        if (wanted.length > 0 && !wanted.includes(view)) continue;
        await page.goto(`${url}/#/${view}`);
        await page.waitForTimeout(watchMs);
        const path = join(folder, `${view}-${width}-${colorScheme}.png`);
        await page.screenshot({ path });
        taken.push(path);
      }
      await context.close();
    }
  return taken;
}
