import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { logLines } from "../../src/cli/log-lines.ts";
import { makeTempDir } from "../support/media.ts";

const files = vi.hoisted(() => ({ isFull: false, most: Number.POSITIVE_INFINITY }));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return {
    ...fs,
    writeSync: (fd: number, bytes: Buffer) => {
      if (files.isFull) throw new Error("ENOSPC: no space left on device, write");
      return fs.writeSync(fd, bytes.subarray(0, files.most));
    },
  };
});

async function logFile() {
  const dir = await makeTempDir();
  const path = join(dir.path, "log");
  const fd = openSync(path, "w");
  onTestFinished(async () => {
    closeSync(fd);
    await dir.remove();
  });
  const lines = async () =>
    (await readFile(path, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string; level: number; lost?: number });
  return { log: pino({ level: "info" }, logLines(fd)), lines };
}

describe("log lines", () => {
  it("are written whole, also where the system takes them in pieces", async () => {
    const { log, lines } = await logFile();
    files.most = 7;
    onTestFinished(() => {
      files.most = Number.POSITIVE_INFINITY;
    });
    log.info("first");
    log.warn("second");
    expect((await lines()).map(({ msg }) => msg)).toEqual(["first", "second"]);
  });

  it("are lost without an error while the disk is full, and then it is said how many", async () => {
    const { log, lines } = await logFile();
    log.info("before");
    files.isFull = true;
    for (let line = 0; line < 3; line++) log.info("lost");
    files.isFull = false;
    log.info("after");
    expect(await lines()).toMatchObject([
      { msg: "before" },
      { level: 40, lost: 3, msg: expect.stringContaining("ENOSPC") },
      { msg: "after" },
    ]);
  });

  it("are lost where the system takes no byte of them, and are not tried for ever", async () => {
    const { log, lines } = await logFile();
    files.most = 0;
    log.info("lost");
    files.most = Number.POSITIVE_INFINITY;
    log.info("after");
    expect(await lines()).toMatchObject([{ lost: 1 }, { msg: "after" }]);
  });
});
