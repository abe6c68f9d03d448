import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { stringify } from "yaml";

/** A server with something on every view of the page. */
export interface DemoServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts the built server.
 *
 * @param hasCameras whether each sample clip is also a camera of it, that begins again at its end, with an alert and a history
 */
export async function startDemoServer({ hasCameras }: { readonly hasCameras: boolean }): Promise<DemoServer> {
  const home = await mkdtemp(join(tmpdir(), "thinkalong-pictures-"));
  const clips = (await readdir("client/sample")).filter((name) => name.endsWith(".mp4"));
  const cameras = Object.fromEntries(
    clips.map((clip) => [basename(clip, ".mp4"), { url: resolve("client/sample", clip), loop: true }]),
  );
  const alerts = { "somebody-comes": { when: "a person enters", cooldown: "20s" } };
  const config = join(home, "thinkalong.yaml");
  await writeFile(config, stringify(hasCameras ? { cameras, alerts } : {}));
  const command = [
    "dist/cli/main.js",
    "serve",
    "--port",
    "0",
    "--config",
    config,
    "--state",
    join(home, "state"),
  ];
  const server = spawn(process.execPath, command, {
    env: { ...process.env, THINKALONG_HOME: home },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((done) => server.once("close", () => done()));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    await rm(home, { recursive: true });
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /Open (\S+) for/.exec(line)?.[1];
    if (url === undefined) continue;
    server.stdout.resume();
    return { url, [Symbol.asyncDispose]: stop };
  }
  await stop();
  throw new Error("The server did not start. `npm run build` builds it.");
}
