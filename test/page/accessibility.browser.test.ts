import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { SAMPLE_DIR } from "../support/clips.ts";
import { startScriptedServer } from "../support/server.ts";

const VIEWS = ["watch", "wall", "history", "alerts"];

/** What axe-core has to say against the page as it is, in a line each. */
async function violations(page: Page, axe: string): Promise<string[]> {
  // By evaluation, because the page's policy allows no further script.
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run()")) as AxeResults;
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, target }) => `${id}: ${help} – ${target.join(" ")} ${html.slice(0, 200)}`),
  );
}

describe.skipIf(browserPath === null)("everybody can use the page", () => {
  let browser: Browser;
  let axe: string;
  beforeAll(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  const start = () =>
    startScriptedServer(
      { thought: (unit) => (unit % 3 === 0 ? `a red car enters from the left #${unit / 3 + 1}` : null) },
      { clientDir: BUILT_PAGE, sampleDir: SAMPLE_DIR },
    );

  it.each([
    ["light", 1366, 768],
    ["dark", 360, 740],
  ] as const)(
    "axe-core finds nothing wrong on any view, %s, %d px wide",
    async (colorScheme, width, height) => {
      await using server = await start();
      const page = await openPage(browser, server.url, { width, height });
      await page.emulateMedia({ colorScheme });
      await page.getByText("1st car in").first().waitFor();
      await page.getByRole("textbox", { name: /Ask/ }).fill("what is moving?");
      await page.keyboard.press("Enter");
      for (const view of VIEWS) {
        await page.evaluate(`location.hash = "#/${view}"`);
        await page.locator(`nav [aria-current=page][href="#/${view}"]`).waitFor();
        await page.waitForLoadState("networkidle");
        expect(await violations(page, axe), view).toEqual([]);
      }
    },
  );

  it("fits into every width from 320 to 2560 px, without scrolling sideways", async () => {
    await using server = await start();
    const page = await openPage(browser, server.url);
    await page.getByText("1st car in").first().waitFor();
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = "#/${view}"`);
      await page.locator(`nav [aria-current=page][href="#/${view}"]`).waitFor();
      for (const width of [320, 360, 480, 768, 1024, 1366, 1920, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        const beyond = () => page.evaluate("document.documentElement.scrollWidth - innerWidth");
        await expect
          .poll(beyond, { timeout: 60_000, message: `${view}, ${width} px` })
          .toBeLessThanOrEqual(0);
      }
    }
  });
});
