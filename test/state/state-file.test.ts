import { once } from "node:events";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CameraEntry, cameraState } from "../../src/cameras/mod.ts";
import { eventually, makeTempDir } from "../support/media.ts";
import { startNode } from "../support/program.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

const DOOR: CameraEntry = { url: "rtsp://me:secret@door.local/live", fps: 2 };

describe("the file of cameras that were made over the API", () => {
  it("gives back what was written, to its owner alone, and makes nothing before", async () => {
    const folder = join(dir.path, "server");
    const file = cameraState(folder);
    expect(await file.read()).toEqual({ entries: new Map(), warning: null });
    await expect(stat(folder)).rejects.toThrowError("ENOENT");
    await file.write(new Map([["door", DOOR]]));
    await file.close();
    expect(await cameraState(folder).read()).toEqual({ entries: new Map([["door", DOOR]]), warning: null });
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["cameras.json"]);
  });

  it.each([
    ["cut off", '{"version":1,"cameras":{"door":{"url":"rts'],
    ["of another shape", '{"version":1,"cameras":{"door":{"URL":"rtsp://door"}}}'],
    ["of a later version", '{"version":2,"cameras":{}}'],
    ["empty", ""],
  ])("is set aside with a warning when it is %s", async (_, text) => {
    const file = cameraState(dir.path);
    await writeFile(file.path, text);
    const { entries, warning } = await file.read();
    expect(entries.size).toBe(0);
    expect(warning).toMatch(/is broken.* set aside as .*broken-\d+/);
    const [aside] = (await readdir(dir.path)).filter((name) => name.includes("broken"));
    expect(await readFile(join(dir.path, aside!), "utf8")).toBe(text);
    expect(await file.read()).toEqual({ entries: new Map(), warning: null });
  });

  it("is a whole one, old or new, whenever its writer is killed", async () => {
    const script = join(dir.path, "write.mts");
    const source = new URL("../../src/cameras/mod.ts", import.meta.url).href;
    await writeFile(
      script,
      `import { cameraState } from ${JSON.stringify(source)};
       const file = cameraState(process.argv[2]);
       for (let n = 0; ; n++) {
         const cameras = new Map(Array.from({ length: 200 }, (_, i) => ["camera" + i, { url: "http://host/" + n + "x".repeat(2000) }]));
         await file.write(cameras);
         console.log(n);
       }`,
    );
    const versions = new Set<number>();
    for (let round = 0; round < 3; round++) {
      await using writer = startNode([script, dir.path]);
      await writer.says(/^\d+\n/);
      // Until it is in the middle of a file.
      await eventually(async () => (await readdir(dir.path)).includes("cameras.json.unfinished"), "a write");
      writer.process.kill("SIGKILL");
      await once(writer.process, "exit");
      const { entries, warning } = await cameraState(dir.path).read();
      expect([warning, entries.size]).toEqual([null, 200]);
      const written = new Set([...entries.values()].map(({ url }) => Number.parseInt(url.slice(12), 10)));
      expect(written.size, "all cameras are of one version").toBe(1);
      for (const each of written) versions.add(each);
    }
    expect(versions.size).toBeGreaterThan(0);
  });

  it("is one process's alone, until that is gone", async () => {
    const file = cameraState(dir.path);
    await writeFile(join(dir.path, "server.lock"), String(process.ppid));
    await expect(file.write(new Map())).rejects.toMatchObject({
      code: "state_in_use",
      message: expect.stringContaining("--state"),
    });
    // No process has this id.
    await writeFile(join(dir.path, "server.lock"), "999999999");
    await file.write(new Map([["door", DOOR]]));
    await file.close();
    expect(await readdir(dir.path)).toEqual(["cameras.json"]);
  });

  it("says so when it cannot be written, and stays what it was", async () => {
    const file = cameraState(dir.path);
    await file.write(new Map([["door", DOOR]]));
    await mkdir(`${file.path}.unfinished`);
    await expect(file.write(new Map())).rejects.toMatchObject({
      code: "state_unwritable",
      message: expect.stringContaining("--state"),
    });
    expect((await file.read()).entries.get("door")).toEqual(DOOR);
    await file.close();
  });

  it.skipIf(process.platform !== "linux")(
    "says so on a full disk, stays what it was, and is written when there is room again",
    async () => {
      const file = cameraState(dir.path);
      await file.write(new Map([["door", DOOR]]));
      const before = await readFile(file.path, "utf8");
      // Whatever is written to this device, the disk is full.
      await symlink("/dev/full", `${file.path}.unfinished`);
      await expect(file.write(new Map())).rejects.toMatchObject({
        code: "state_unwritable",
        message: expect.stringMatching(/ENOSPC.*--state/),
      });
      expect(await readFile(file.path, "utf8")).toBe(before);
      await file.write(new Map());
      expect((await file.read()).entries.size).toBe(0);
      await file.close();
    },
  );
});
