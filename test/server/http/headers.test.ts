import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { browserPath, launchBrowser } from "../../support/browser.ts";
import { makeTempDir } from "../../support/media.ts";
import { startScriptedServer } from "../../support/server.ts";

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await makeTempDir();
  onTestFinished(() => dir.remove());
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir.path, name), text);
  return dir.path;
}

describe("the headers of every answer", () => {
  it("let a page load nothing from elsewhere, and no other site show or use it", async () => {
    const clientDir = await folder({ "index.html": "<!doctype html><title>page</title>" });
    await using server = await startScriptedServer({}, { clientDir });
    for (const path of ["/", "/v1/models", "/v1/history", "/nothing"]) {
      const { headers } = await fetch(`${server.url}${path}`);
      const policy = headers.get("content-security-policy")!.split("; ");
      expect(policy, path).toEqual(
        expect.arrayContaining([
          "script-src 'self'",
          "style-src 'self'",
          "connect-src 'self'",
          "object-src 'none'",
        ]),
      );
      expect(policy.join(" ")).not.toContain("unsafe");
      expect(Object.fromEntries(headers)).toMatchObject({
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-site",
        "permissions-policy": expect.stringContaining("microphone=()"),
      });
    }
  });

  it("let pages of other origins show its pictures, where others are allowed", async () => {
    await using server = await startScriptedServer({}, { allowedOrigins: ["https://home.example"] });
    const { headers } = await fetch(`${server.url}/v1/models`);
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  });

  it("fit the page that says that none has been built", async () => {
    await using server = await startScriptedServer({}, { clientDir: await folder({}) });
    const answer = await fetch(server.url);
    const html = await answer.text();
    expect([answer.status, /<style|style=|<script/.test(html)]).toEqual([404, false]);
    const style = await fetch(new URL(/href="([^"]+)"/.exec(html)![1]!, answer.url));
    expect([style.status, style.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/css"),
    ]);
  });

  it.skipIf(browserPath === null)("are what a browser goes by", async () => {
    await using other = await startScriptedServer();
    const clientDir = await folder({
      "index.html": `<!doctype html><title>page</title><link rel="stylesheet" href="page.css">
        <style>p { color: rgb(255, 0, 0) }</style><p id="p" style="font-size: 99px">text</p>
        <script>globalThis.inline = true</script><script type="module" src="page.js"></script>`,
      "page.css": "p { color: rgb(0, 128, 0) }",
      "page.js": `
        const opened = (url) => new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => { socket.close(); resolve(true); };
          socket.onerror = () => resolve(false);
        });
        const answers = (url) => fetch(url, { mode: "no-cors" }).then(() => true, () => false);
        const p = document.getElementById("p");
        const { color, fontSize } = getComputedStyle(p);
        p.style.setProperty("width", "42px");
        globalThis.seen = {
          color, fontSize, width: p.style.width, inline: globalThis.inline ?? false,
          socket: await opened(location.href.replace("http", "ws") + "v1/stream"),
          own: await answers("/v1/models"),
          other: await answers("${other.url}/v1/models"),
          camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(() => true, () => false),
          microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(() => true, () => false),
        };`,
    });
    await using server = await startScriptedServer({}, { clientDir });
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(server.url);
    const seen = await page.evaluate(`(async () => {
      while (globalThis.seen === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
      return globalThis.seen;
    })()`);
    expect(seen).toEqual({
      ...{ color: "rgb(0, 128, 0)", fontSize: "16px", width: "42px", inline: false },
      ...{ socket: true, own: true, other: false, camera: true, microphone: false },
    });
  });
});
