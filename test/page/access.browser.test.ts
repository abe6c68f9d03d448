import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, launchBrowser } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { until } from "../support/server.ts";
import { secretOf, startGuardedServer } from "../support/tokens.ts";

const ME = { name: "me", scopes: ["watch", "ask", "push"] };
const GUEST = { name: "guest", scopes: ["watch"] };

describe.skipIf(browserPath === null)("who may use the page", () => {
  let browser: Browser;
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  beforeAll(async () => {
    dir = await makeTempDir();
    await mkdir(dir.path, { recursive: true });
    const output = ["-c:v", "libx264"];
    await makeVideo(join(dir.path, "street.mp4"), { seconds: 20, fps: 10, size: "320x180", output });
    await writeFile(
      join(dir.path, "samples.json"),
      JSON.stringify([{ file: "street.mp4", title: "street", about: "A street.", seconds: 20 }]),
    );
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await dir.remove();
  });

  it("asks for a token, says when it is wrong, goes on with a right one, keeps it and forgets it", async () => {
    await using server = await startGuardedServer([ME, GUEST], {
      clientDir: BUILT_PAGE,
      sampleDir: dir.path,
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const urls: string[] = [];
    context.on("request", (request) => urls.push(request.url()));
    page.on("websocket", (socket) => urls.push(socket.url()));
    await page.goto(server.url);
    const dialog = page.getByRole("dialog", { name: "This server asks for a token" });
    await dialog.getByText("thinkalong tokens add me --scope watch ask push").waitFor();
    await page.getByText("needs a token", { exact: true }).waitFor();
    const field = dialog.getByLabel("Token", { exact: true });

    await field.fill("two words");
    await page.keyboard.press("Enter");
    await dialog.getByText("A token has no spaces").waitFor();
    await field.fill("something-that-is-none");
    await page.keyboard.press("Enter");
    await dialog
      .getByRole("alert")
      .getByText(/The token is wrong, or was withdrawn/)
      .waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(server.engine.opened.length).toBe(0);

    // Whoever does not want to give one now is not asked again, and finds the way back.
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Give a token" }).click();
    await field.fill(secretOf("me"));
    await dialog.getByLabel("Keep it on this device").check();
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await page.getByText("connected", { exact: true }).waitFor();
    await page
      .getByText(/unit \d+ was seen/)
      .first()
      .waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);

    const second = await context.newPage();
    await second.goto(server.url);
    await second.getByText("connected", { exact: true }).waitFor();
    await second.close();

    // The session of a token that is withdrawn is closed, and the page asks again.
    await server.change([GUEST]);
    await dialog
      .getByRole("alert")
      .getByText(/withdrawn/)
      .waitFor();
    await field.fill(secretOf("guest"));
    await page.keyboard.press("Enter");
    await page.getByText("Your token may watch, but not send video.").waitFor();
    await page.getByRole("button", { name: "Webcam" }).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "URL", exact: true }).waitFor();

    await page.getByRole("button", { name: "Your token" }).click();
    await page.getByText("Your token is kept until this tab is closed.").waitFor();
    await page.getByRole("button", { name: "Forget token" }).click();
    await dialog.waitFor();
    expect(await page.evaluate("localStorage.length + sessionStorage.length")).toBe(0);
    expect(await page.evaluate("location.href")).toMatch(/\/(#.*)?$/);
    for (const { name } of [ME, GUEST]) expect(urls.join(" ")).not.toContain(secretOf(name));
    await until("the last session is closed", () => server.engine.open.length === 0);
    await context.close();
  });
});
