import { spawn } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { browserPath, launchBrowser } from "../support/browser.ts";
import { makeTempDir } from "../support/media.ts";
import { Program } from "../support/program.ts";
import { findClientPython } from "../support/python-client/installation.ts";
import { pageBlocks } from "../support/readme.ts";
import { picture, startScriptedServer, until } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { buildLibrary } from "./page-under-test.ts";

const DOCUMENT = "docs/clients.md";
const python = findClientPython();
const isPythonNeeded = Boolean(process.env.THINKALONG_NEED_PYTHON_CLIENT);
if (python === null && !isPythonNeeded)
  console.warn(
    "Python's websockets is not installed: its example is not run. `npm run build:python-client` installs it.",
  );

async function folder(): Promise<string> {
  const dir = await makeTempDir();
  onTestFinished(dir.remove);
  return dir.path;
}

describe(`the examples of ${DOCUMENT}`, () => {
  it.skipIf(python === null && !isPythonNeeded)(
    "in Python: sends pictures, and resumes after a loss",
    async () => {
      const [example] = pageBlocks(DOCUMENT, "In Python");
      const lines = example!.text.split("\n").filter((line) => line.trim() !== "");
      expect(lines.length, "lines").toBeLessThanOrEqual(25);
      const dir = await folder();
      await writeFile(join(dir, "send.py"), example!.text);
      for (let i = 0; i < 10; i++)
        await writeFile(
          join(dir, `${i}.jpg`),
          await picture("jpeg", { colour: i % 2 ? "#336699" : "#993366" }),
        );
      await using server = await startScriptedServer();
      await using proxy = await TcpProxy.start(server.url);
      const url = `${proxy.url.replace("http", "ws")}/v1/stream`;
      await using program = new Program(
        spawn(python ?? "python3", [join(dir, "send.py"), dir, url], { stdio: ["ignore", "pipe", "pipe"] }),
      );
      await program.says(/unit 1 was seen/);
      proxy.cut();
      const { code, stdout, stderr } = await program.ended;
      expect([code, stderr]).toEqual([0, ""]);
      const said = [...stdout.matchAll(/^\d+(?:\.\d+)? unit (\d+) was seen$/gm)].map(([, unit]) =>
        Number(unit),
      );
      expect(said, "each thought once").toEqual(said.map((_, i) => i));
      expect(said.length).toBeGreaterThanOrEqual(4);
      expect(server.engine.opened).toHaveLength(1);
      expect(proxy.connections).toBe(2);
    },
  );

  it.skipIf(browserPath === null)(
    "in a browser: shows a camera, what is thought of it, and an answer",
    async () => {
      const [html, script] = pageBlocks(DOCUMENT, "In a browser");
      const dir = join(await folder(), "page");
      await buildLibrary(dir);
      await mkdir(dir, { recursive: true });
      await copyFile(join(dir, "lib/mod.js"), join(dir, "mod.js"));
      await writeFile(join(dir, "index.html"), html!.text);
      await writeFile(join(dir, "watch.js"), script!.text);
      await using server = await startScriptedServer({ answer: () => "two cars" }, { clientDir: dir });
      const browser = await launchBrowser();
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(server.url);
      await page.getByText("unit 1 was seen").waitFor();
      await page.locator("#question").fill("how many?");
      await page.locator("#question").press("Enter");
      await page.getByText("two cars", { exact: true }).waitFor();
      await until("pictures", () => (server.engine.opened[0]?.frames.length ?? 0) > 2);
      expect(errors).toEqual([]);
      expect(await page.evaluate("document.querySelector('video').videoWidth > 0")).toBe(true);
    },
  );
});
