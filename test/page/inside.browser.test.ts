import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Session, ThinkalongClient } from "../../client/lib/mod.ts";
import { createEngine } from "../../src/backends/mod.ts";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import type { SessionStats } from "../../src/protocol/server-events.ts";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { SAMPLE_CLIP } from "../support/clips.ts";
import { makeTempDir } from "../support/media.ts";
import { startScriptedServer, startServer, until } from "../support/server.ts";

/** Long enough that units leave the visual window. */
const CLIP_S = 20;

describe.skipIf(browserPath === null || !existsSync(SAMPLE_CLIP))("the panel Inside", () => {
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  let browser: Browser;
  beforeAll(async () => {
    dir = await makeTempDir();
    const { path } = await resolveFfmpeg();
    const clip = ["-i", SAMPLE_CLIP, "-t", String(CLIP_S), "-c", "copy", join(dir.path, "street.mp4")];
    await promisify(execFile)(path, ["-nostdin", "-loglevel", "error", ...clip]);
    const samples = [{ file: "street.mp4", title: "Street", about: "Cars.", seconds: CLIP_S }];
    await writeFile(join(dir.path, "samples.json"), JSON.stringify(samples));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await dir.remove();
  });

  const options = () => ({ clientDir: BUILT_PAGE, sampleDir: dir.path });

  /** The session of the page, as somebody else who watches it sees it. */
  async function watcherOf(
    url: string,
  ): Promise<{ watcher: Session; stats: SessionStats[]; intervals: number[] }> {
    const server = new ThinkalongClient(url);
    const [stream] = await server.streams.list();
    const watcher = await server.connect({ stream: stream!.id });
    const [stats, intervals]: [SessionStats[], number[]] = [[], []];
    watcher.on("session.stats", (event) => stats.push(event.stats));
    watcher.on("session.updated", ({ session }) => intervals.push(session.stats_interval_ms));
    await watcher.update({ stats_interval_ms: 100 });
    return { watcher, stats, intervals };
  }

  it("shows on the real model what both caches hold, delays over time, and the three orders of one clip", async () => {
    await using server = await startServer(await createEngine({ model: BUNDLED_MODEL }), options());
    const page = await openPage(browser, server.url);
    const panel = page.locator("details", { hasText: "Inside" });
    const fetched: string[] = [];
    page.on("request", (request) => fetched.push(request.url()));
    const { watcher, stats, intervals } = await watcherOf(server.url);
    // Twice as fast, so that the test is short.
    await page.evaluate("document.querySelector('video').defaultPlaybackRate = 2");
    await panel.getByText("Inside").click();
    await until("figures come more often", () => intervals.includes(500));
    expect(
      fetched.filter((url) => url.includes("/assets/")).length,
      "it is fetched when it is opened",
    ).toBeGreaterThan(0);

    // The comparison plays the clip anew, in a session of its own, so what is watched is another stream then.
    await panel.getByRole("button", { name: "Compare the orders" }).click();
    await panel.getByText("in all three orders at once").waitFor();
    await panel.getByText("Batch thinks now").or(panel.getByText("Batch said nothing")).first().waitFor();
    await panel.getByText("Batch said nothing until the clip had ended").waitFor();
    const cells = await panel
      .getByRole("table", { name: "Street" })
      .locator("tbody :is(th, td)")
      .allTextContents();
    const [streamed, interleaved, batch] = [cells.slice(0, 4), cells.slice(4, 8), cells.slice(8)];
    expect(streamed[0]).toBe("streamed");
    expect(Number(streamed[1])).toBeGreaterThan(0);
    expect(interleaved[0]).toBe("interleaved");
    expect(batch.slice(0, 2)).toEqual(["batch", "0"]);
    expect(Number(batch[2])).toBeGreaterThan(0);
    for (const order of ["streamed", "interleaved", "batch"])
      await panel
        .getByRole("img", { name: new RegExp(`^${order}: [1-9]\\d* units seen, [1-9]\\d* thought`) })
        .waitFor();
    expect(await new ThinkalongClient(server.url).streams.list()).toHaveLength(1);

    await checkCaches(server.url, panel);
    for (const [name, value] of [
      ["Delays", /unit seen \d+(\.\d)? m?s, first word.* \d/],
      ["Staleness", /staleness \d/],
      ["Flow", /frames \d.* a second, frames left out \d.*, tokens \d/],
    ] as const) {
      const plot = panel.getByRole("img", { name: new RegExp(`^${name}`) });
      expect(await plot.getAttribute("aria-label")).toMatch(value);
      expect(await paintedShare(page, name), `${name} is drawn`).toBeGreaterThan(0);
    }
    expect(await violations(page)).toEqual([]);
    expect(stats.length).toBeGreaterThan(0);
    watcher.leave();
  });

  async function checkCaches(url: string, panel: ReturnType<Page["locator"]>): Promise<void> {
    const { watcher, stats } = await watcherOf(url);
    await until("figures come", () => stats.length > 2);
    const { units, caches } = stats.at(-1)!;
    const { visual, text } = caches!;
    expect(visual!.evicted_units).toBeGreaterThan(0);
    expect(visual!.sink_units + visual!.held_units + visual!.evicted_units).toBe(units);
    const shown = async (name: string) => await panel.getByRole("figure", { name }).textContent();
    // On a slow machine few frames come, and as few as one unit has left a window that goes by the time.
    const left = `${visual!.evicted_units} ${visual!.evicted_units === 1 ? "unit has" : "units have"} left it`;
    expect(await shown("Visual cache, C_v")).toContain(
      `The window holds ${visual!.held_units} of ${visual!.window_units} units. ${left}`,
    );
    expect(await shown("Text cache, C_r")).toContain(
      `The window holds ${text!.held_tokens} of ${text!.window_tokens} tokens.`,
    );
    expect(await panel.getByRole("figure", { name: "Visual" }).locator("i[class=held]").count()).toBe(
      visual!.held_units,
    );

    // Closed, it lets the figures come as they came.
    const intervals: number[] = [];
    watcher.on("session.updated", ({ session }) => intervals.push(session.stats_interval_ms));
    await panel.locator("summary").click();
    await until("the interval is put back", () => intervals.at(-1) === 1000);
    await panel.locator("summary").click();
    await until("and is short again", () => intervals.at(-1) === 500);
    watcher.leave();
  }

  it("says that a server has no room for the comparison, and that a model does not tell what its caches hold", async () => {
    await using server = await startScriptedServer(
      { thought: () => "a red car" },
      {
        ...options(),
        limits: { maxSessions: 2 },
      },
    );
    const page = await openPage(browser, server.url, { width: 360, height: 740 });
    const panel = page.locator("details", { hasText: "Inside" });
    await panel.locator("summary").focus();
    await page.keyboard.press("Enter");
    await panel.getByText("is not known of this model").first().waitFor();
    await panel.getByRole("button", { name: "Compare the orders" }).click();
    await panel.getByText("no room for two more sessions").waitFor();
    expect(await new ThinkalongClient(server.url).streams.list()).toHaveLength(1);
    await page.setViewportSize({ width: 320, height: 740 });
    // The plots are drawn anew a moment after their place has become narrower.
    const beyond = () => page.evaluate("document.documentElement.scrollWidth - innerWidth");
    await expect.poll(beyond, { timeout: 60_000 }).toBeLessThanOrEqual(0);
    await page.reload();
    await panel.getByRole("button", { name: "Compare the orders" }).waitFor();
  });
});

/** What axe-core has to say against the page as it is. */
async function violations(page: Page): Promise<string[]> {
  // By evaluation, because the page's policy allows no further script.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const found = (await page.evaluate("axe.run('.inside')")) as AxeResults;
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** How much of a plot's canvas has a colour of its own, other than greys of the grid and the numbers. */
function paintedShare(page: Page, name: string): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('[aria-label^="${name}"] canvas');
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let painted = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b, a] = data.slice(at, at + 4);
      if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 48) painted++;
    }
    return painted / (data.length / 4);
  })()`);
}
