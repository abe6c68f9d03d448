import { chmod, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeExecutable, resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";
import { makeTempDir } from "../support/media.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());

async function script(name: string, body: string, mode = 0o755): Promise<string> {
  const path = join(dir.path, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, mode);
  return path;
}

describe.skipIf(process.platform === "win32")("resolveFfmpeg", () => {
  const banner = "echo ffmpeg version 9.9-test Copyright";

  it("prefers FFMPEG_PATH, then PATH, then the installer's", async () => {
    const mine = await script("mine", banner);
    const onPath = await script("ffmpeg", banner.replace("9.9", "8.8"));
    expect(await resolveFfmpeg({ FFMPEG_PATH: mine, PATH: dir.path })).toEqual({
      path: mine,
      origin: "FFMPEG_PATH",
      version: "9.9-test",
    });
    expect(await resolveFfmpeg({ PATH: `/nowhere:${dirname(onPath)}` })).toMatchObject({
      origin: "PATH",
      version: "8.8-test",
    });
    expect(await resolveFfmpeg({ PATH: "/nowhere" })).toMatchObject({ origin: "installer" });
  });

  it("never skips a wrong FFMPEG_PATH", async () => {
    const wrong = [
      join(dir.path, "missing"),
      dir.path,
      await script("not-executable", banner, 0o644),
      await script("something-else", "echo hello"),
      await script("broken", "exit 1"),
    ];
    for (const path of wrong) {
      await expect(resolveFfmpeg({ ...process.env, FFMPEG_PATH: path }), path).rejects.toMatchObject({
        code: "ffmpeg_missing",
        message: expect.stringContaining(path),
      });
    }
  });

  it("passes over a broken one on PATH", async () => {
    await script("ffmpeg", "exit 1");
    expect(await resolveFfmpeg({ PATH: `${dir.path}:` })).toMatchObject({ origin: "installer" });
  });

  it("sets the run bit that a blocked install script left off", async () => {
    const path = await script("no-run-bit", banner, 0o644);
    await makeExecutable(path);
    expect((await stat(path)).mode & 0o111).not.toBe(0);
    await expect(makeExecutable(join(dir.path, "missing"))).rejects.toMatchObject({ code: "ffmpeg_missing" });
  });
});
