import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, isAlive, makeTempDir, makeVideo } from "../support/media.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let video: string;
beforeAll(async () => {
  dir = await makeTempDir();
  video = await makeVideo(join(dir.path, "long.mp4"), { seconds: 30, fps: 10 });
});
afterAll(() => dir.remove());

/** A Node program that decodes a video, says its ffmpeg's process id after the first frame, and holds still. */
async function program(afterwards: string): Promise<{ node: ChildProcess; ffmpeg: number }> {
  const path = join(dir.path, `program-${Math.random()}.mts`);
  const module = (name: string) => pathToFileURL(join(import.meta.dirname, "../../src/ingest", name)).href;
  await writeFile(
    path,
    `import { resolveFfmpeg } from "${module("ffmpeg-binary.ts")}";
     import { FfmpegProcess } from "${module("ffmpeg-process.ts")}";
     import { FrameLayout } from "${module("frame-layout.ts")}";
     const layout = new FrameLayout({ width: 320, height: 240 });
     const decoder = new FfmpegProcess(await resolveFfmpeg(), { url: ${JSON.stringify(video)}, inputOptions: [], layout, fps: 10 });
     await decoder.readFrame();
     ${afterwards}
     console.log(decoder.pid);
     setInterval(() => {}, 1000);`,
  );
  const node = spawn(process.execPath, ["--import", "tsx", path], {
    stdio: ["ignore", "pipe", "ignore"],
    cwd: join(import.meta.dirname, "../.."),
  });
  const [line] = await once(node.stdout!.setEncoding("utf8"), "data");
  return { node, ffmpeg: Number.parseInt(line, 10) };
}

describe.skipIf(process.platform === "win32")("no ffmpeg outlives the Node process", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const)("that dies of %s", async (signal) => {
    const { node, ffmpeg } = await program("");
    expect(isAlive(ffmpeg)).toBe(true);
    node.kill(signal);
    const [code, diedOf] = await once(node, "exit");
    // The signal is not swallowed, nor turned into an exit code.
    expect([code, diedOf]).toEqual([null, signal]);
    await eventually(() => !isAlive(ffmpeg), "ffmpeg is gone");
  });

  it("that ends by itself, or by an error nobody caught", async () => {
    for (const end of ["process.exit(7)", "throw new Error('expected in this test')"]) {
      const { node, ffmpeg } = await program(`setTimeout(() => { ${end} }, 300);`);
      await once(node, "exit");
      await eventually(() => !isAlive(ffmpeg), "ffmpeg is gone");
    }
  });

  it("that handles the signal itself: it is left to that, once", async () => {
    const { node, ffmpeg } = await program(
      `process.once("SIGTERM", () => setTimeout(() => { console.log("graceful"); process.exit(0); }, 300));`,
    );
    const said = once(node.stdout!, "data");
    node.kill("SIGTERM");
    expect(String(await said)).toContain("graceful");
    expect(node.exitCode ?? (await once(node, "exit"))[0]).toBe(0);
    await eventually(() => !isAlive(ffmpeg), "ffmpeg is gone");
  });
});
