import { spawnSync } from "node:child_process";
import { readdir, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "../../../src/models/hub/mod.ts";
import { makeTempDir } from "../../support/media.ts";
import { runScript } from "../../support/program.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

const path = () => join(dir.path, "locks/model");
const signal = new AbortController().signal;

describe("a lock", () => {
  it("lets one in at a time, and leaves nothing behind", async () => {
    let inside = 0;
    let waits = 0;
    const results = await Promise.all(
      [1, 2, 3].map((i) =>
        withLock(path(), { signal, onWait: () => waits++ }, async () => {
          expect(++inside).toBe(1);
          await sleep(30);
          inside--;
          return i;
        }),
      ),
    );
    expect([results, waits]).toEqual([[1, 2, 3], 2]);
    expect(await readdir(join(dir.path, "locks"))).toEqual([]);
  });

  it("is given back after a failure", async () => {
    const failing = withLock(path(), { signal }, async () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await withLock(path(), { signal }, async () => "in")).toBe("in");
  });

  it("is not waited for after an abort", async () => {
    const stop = new AbortController();
    await withLock(path(), { signal }, async () => {
      const waiting = withLock(path(), { signal: stop.signal, onWait: () => stop.abort() }, async () => "in");
      await expect(waiting).rejects.toThrow(/abort/);
    });
  });

  it("of a process that was killed is taken over at once", async () => {
    const { signal: ended } = await runScript(`
      import { withLock } from "src/models/hub/mod.ts";
      await withLock(${JSON.stringify(path())}, { signal: new AbortController().signal }, async () => process.kill(process.pid, "SIGKILL"));
      await new Promise(() => setTimeout(() => {}, 60_000));
    `);
    expect(ended).toBe("SIGKILL");
    expect(await readdir(join(dir.path, "locks"))).toEqual(["model.lock"]);
    const since = performance.now();
    await Promise.all([0, 1, 2].map(() => withLock(path(), { signal }, async () => sleep(10))));
    expect(performance.now() - since).toBeLessThan(10_000);
  });

  it("of another machine is taken over when it is not renewed, and not before", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await withLock(path(), { signal }, async () => {});
    const file = `${path()}.lock`;
    await writeFile(file, JSON.stringify({ pid, where: `not ${hostname()}`, token: "x" }));
    const stop = AbortSignal.timeout(600);
    await expect(withLock(path(), { signal: stop }, async () => "in")).rejects.toThrow(/time/);
    const old = new Date(Date.now() - 60_000);
    await utimes(file, old, old);
    expect(await withLock(path(), { signal }, async () => "in")).toBe("in");
  });

  it("that was lost ends what is done under it", async () => {
    const lost = withLock(path(), { signal }, async (held) => {
      await writeFile(`${path()}.lock`, "somebody else");
      await sleep(20_000, undefined, { signal: held }).catch(() => held.throwIfAborted());
    });
    await expect(lost).rejects.toMatchObject({ code: "model_locked" });
  });
});
