import { join } from "node:path";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { browserPath, launchBrowser } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import type { Script } from "../support/scripted-engine.ts";
import { picture, startScriptedServer, until } from "../support/server.ts";
import { SnapshotServer } from "../support/snapshot-server.ts";
import { STREET_LANGUAGE } from "../support/street-language.ts";

const script: Script = {
  model: { language: STREET_LANGUAGE },
  thought: () => "a red person enters from the left",
  answer: () => "two cars have left",
  pauseMs: 1,
};

describe.skipIf(browserPath === null)("the wall, and the streams of the server behind it", () => {
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  let clip: string;
  let browser: Browser;
  beforeAll(async () => {
    dir = await makeTempDir();
    clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 60, fps: 5, size: "320x180" });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await dir.remove();
  });

  /** Opens the page at a place. Nothing is watched at first, so nothing is connected. */
  async function openAt(url: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(150_000);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    onTestFinished(async () => {
      await context.close();
      expect(errors).toEqual([]);
    });
    await page.goto(url);
    return page;
  }

  const card = (page: Page, id: string) =>
    page
      .getByRole("list", { name: "Streams" })
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: id, exact: true }) });

  it("shows each stream, opens one, and tells when it is lost, paused, removed or was never there", async () => {
    await using gate = new SnapshotServer();
    await gate.listen();
    const both = await Promise.all(
      ["#336699", "#996633"].map((colour) => picture("jpeg", { width: 320, height: 180, colour })),
    );
    // A picture that does not change is no other picture.
    const changing = setInterval(() => {
      gate.picture = both[gate.requests % 2]!;
    }, 50);
    onTestFinished(() => clearInterval(changing));
    await using server = await startScriptedServer(script, {
      clientDir: BUILT_PAGE,
      stateDir: join(dir.path, "state"),
      cameras: {
        door: {
          url: clip,
          loop: true,
          zones: {
            mat: [
              [0.1, 0.1],
              [0.5, 0.1],
              [0.5, 0.9],
            ],
          },
        },
      },
      cameraNetwork: { allowPrivate: true },
      alerts: { comes: { when: "somebody comes in from the left", streams: ["gate"], cooldown: "1h" } },
    });
    const made = await fetch(`${server.url}/v1/streams`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: "gate", url: gate.url, interval: 0.2 }),
    });
    expect(made.status).toBe(201);

    const page = await openAt(`${server.url}/#/wall`);
    for (const id of ["door", "gate"]) {
      await card(page, id).getByText("Live", { exact: true }).waitFor();
      await card(page, id).getByRole("img").waitFor();
      await card(page, id)
        .getByText(/^a red person enters from the left (now|\d+ s ago)$/)
        .waitFor();
    }
    await card(page, "gate")
      .getByText(/^comes A red person enters from the left\.\d\d:\d\d:\d\d · /)
      .waitFor();
    const ids = page.getByRole("list", { name: "Streams" }).getByRole("heading");
    expect(await ids.allTextContents(), "the alert comes first").toEqual(["gate", "door"]);
    await page.getByText("Alert of gate: A red person enters from the left.").waitFor({ state: "attached" });
    expect(server.engine.opened.length, "who looks at the wall sends no video").toBe(2);

    await card(page, "door").getByRole("link", { name: "door" }).click();
    await page.getByRole("img", { name: /^What door shows at 0:/ }).waitFor();
    await page
      .getByText(/a red person enters from the left/)
      .first()
      .waitFor();
    await page.getByRole("img", { name: "Zones: mat" }).waitFor();
    await page.getByRole("button", { name: "Zones" }).click();
    await page.getByRole("img", { name: "Zones: mat" }).waitFor({ state: "detached" });
    await page.getByRole("textbox", { name: /Ask/ }).fill("how many cars have left?");
    await page.keyboard.press("Enter");
    await page.getByText("two cars have left").first().waitFor();

    await page.goBack();
    await card(page, "gate").waitFor();
    expect(new URL(page.url()).hash).toBe("#/wall");
    gate.status = 404;
    await card(page, "gate")
      .getByText(/^Lost since \d\d:\d\d:\d\d$/)
      .waitFor();
    gate.status = 200;
    await card(page, "gate").getByRole("link", { name: "gate" }).click();

    await page.getByRole("button", { name: "Camera …" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText("The camera gate is paused.").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("img", { name: /^What gate shows/ }).waitFor();
    await until("it is watched again", () => server.engine.open.length === 2);
    await page.getByRole("button", { name: "Camera …" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove …" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove it" }).click();
    await card(page, "door").waitFor();
    await card(page, "gate").waitFor({ state: "detached" });

    await page.goto(`${server.url}/#/watch/shed`);
    await page.getByText("There is no stream shed.").waitFor();
    await page.getByRole("link", { name: "All streams" }).first().click();
    await card(page, "door").waitFor();
  });

  it("asks for a bounded number of pictures at once, and for nothing while nobody sees it", async () => {
    await using still = new SnapshotServer();
    await still.listen();
    still.picture = await picture();
    const names = Array.from({ length: 20 }, (_, i) => `camera-${i + 1}`);
    await using server = await startScriptedServer(script, {
      clientDir: BUILT_PAGE,
      cameras: Object.fromEntries(names.map((name) => [name, { url: still.url, interval: 2 }])),
    });
    await until("each has a picture", () => server.engine.opened.every(({ frames }) => frames.length > 0));
    const page = await openAt("about:blank");
    const isOf = (request: Request, kind: string) => request.url().includes(kind);
    let open = 0;
    let most = 0;
    let asked = 0;
    const shown = new Set<string>();
    await page.route("**/snapshot.jpg*", async (route) => {
      most = Math.max(most, ++open);
      shown.add(route.request().url());
      await new Promise((resolve) => setTimeout(resolve, 100));
      open--;
      await route.continue();
    });
    page.on("request", (request) => {
      if (isOf(request, "/v1/")) asked++;
    });
    await page.setViewportSize({ width: 1280, height: 3000 });
    await page.goto(`${server.url}/#/wall`);
    await page.getByRole("heading", { name: "20 streams" }).waitFor();
    const pictures = page.getByRole("list", { name: "Streams" }).getByRole("img");
    while ((await pictures.count()) < 20) await new Promise((resolve) => setTimeout(resolve, 50));
    expect([most > 1, most <= 4, shown.size]).toEqual([true, true, 20]);
    const order = await page.getByRole("listitem").getByRole("heading").allTextContents();
    expect(order).toEqual(names);

    await page.getByRole("searchbox").fill("CAMERA-1");
    await expect.poll(() => page.getByRole("listitem").count()).toBe(11);
    await page.getByRole("searchbox").fill("nobody");
    await page.getByText("No stream has “nobody” in its name.").waitFor();

    // A browser without a window hides no tab, so the page is told that it is hidden.
    const hide = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event("visibilitychange"))`,
      );
    await hide(true);
    // What is under way ends.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(asked).toBe(before);
    await hide(false);
    await until("it goes on", () => asked > before);
  });
});
