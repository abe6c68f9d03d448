import { createServer } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { codedVideo } from "../support/rtsp/coded-video.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";
import { startScriptedServer } from "../support/server.ts";
import { secretOf, startGuardedServer } from "../support/tokens.ts";

/** The address of a port at which nothing listens. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `rtsp://127.0.0.1:${port}/live`;
}

describe.skipIf(browserPath === null)("a camera by its URL", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it("is watched by the server when it gives a picture, and else forgotten, with the reason beside the field", async () => {
    await using camera = await RtspCamera.start(await codedVideo(300));
    await using server = await startScriptedServer(
      {},
      { clientDir: BUILT_PAGE, cameraNetwork: { allowPrivate: true } },
    );
    const page = await openPage(browser, server.url);
    const ids = async () => {
      const { data } = (await (await fetch(`${server.url}/v1/streams`)).json()) as {
        data: { id: string; kind: string }[];
      };
      return data.filter(({ kind }) => kind === "camera").map(({ id }) => id);
    };
    await page.getByRole("button", { name: "URL", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Watch a camera by its URL" });
    const [address, name] = [dialog.getByLabel("Address"), dialog.getByLabel("Name")];
    const watch = dialog.getByRole("button", { name: "Watch" });
    await dialog.getByText(/goes on watching it when this page is closed/).waitFor();

    await address.fill("door.local");
    await watch.click();
    await dialog
      .getByRole("alert")
      .getByText(/begins with rtsp:/)
      .waitFor();
    await address.fill(await deadAddress());
    await expect.poll(() => name.inputValue()).toBe("camera-127-0-0-1");
    await watch.click();
    await dialog
      .getByRole("alert")
      .getByText(/The server got no picture/)
      .waitFor();
    expect(await ids(), "it is forgotten").toEqual([]);
    await dialog.getByRole("button", { name: "Add it all the same" }).waitFor();

    await address.fill(camera.url.replace("rtsp://", "rtsp://viewer:secret@"));
    await name.fill("not a name");
    await watch.click();
    await dialog
      .getByRole("alert")
      .getByText(/A name has letters/)
      .waitFor();
    await name.fill("door");
    await watch.click();
    await dialog.waitFor({ state: "hidden" });
    expect(await page.evaluate("location.hash")).toBe("#/watch/door");
    expect(await ids()).toEqual(["door"]);

    await page.getByRole("button", { name: "URL", exact: true }).click();
    await address.fill(camera.url);
    await name.fill("door");
    await watch.click();
    await dialog
      .getByRole("alert")
      .getByText(/There is a stream door already/)
      .waitFor();
  });

  it("is refused at a private address with the option that allows it, and to a token that may not", async () => {
    const scopes = ["watch", "ask", "push"];
    await using server = await startGuardedServer(
      [
        { name: "me", scopes },
        { name: "boss", scopes: ["admin"] },
      ],
      { clientDir: BUILT_PAGE },
    );
    const context = await browser.newContext();
    const page = await context.newPage();
    const give = async (who: string) => {
      await page.getByLabel("Token", { exact: true }).fill(secretOf(who));
      await page.keyboard.press("Enter");
      await page.getByText("connected", { exact: true }).waitFor();
      await page.getByRole("button", { name: "URL", exact: true }).click();
      await page.getByLabel("Address").fill("rtsp://viewer:secret@192.168.1.20/live");
      await page.getByRole("button", { name: "Watch", exact: true }).click();
    };
    await page.goto(server.url);
    await give("me");
    await page.getByRole("alert").getByText("A token with the scope admin may.").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Your token" }).click();
    await page.getByRole("button", { name: "Forget token" }).click();
    await give("boss");
    await page
      .getByRole("alert")
      .getByText(/192.168.1.20 is private.*--allow-private-cameras/)
      .waitFor();
    await context.close();
  });
});
