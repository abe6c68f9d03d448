import { execFile, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeTempDir } from "../support/media.ts";

const UNIT = join(import.meta.dirname, "../../packaging/thinkalong.service");

const hasSystemd =
  spawnSync("systemd-analyze", ["--version"]).status === 0 || Boolean(process.env.THINKALONG_NEED_SYSTEMD);
if (!hasSystemd)
  console.warn(
    "systemd-analyze is not installed (Debian package: systemd). The tests that need it are skipped.",
  );

/** The unit with a program that is on every machine, because systemd looks whether it is there. */
async function unit(change: (text: string) => string = (text) => text): Promise<string> {
  const dir = await makeTempDir();
  onTestFinished(() => dir.remove());
  const path = join(dir.path, "thinkalong.service");
  const text = await readFile(UNIT, "utf8");
  await writeFile(path, change(text.replace("ExecStart=/usr/local/bin/thinkalong", "ExecStart=/bin/true")));
  return path;
}

const analyze = (...args: string[]) =>
  promisify(execFile)("systemd-analyze", args, { env: { ...process.env, SYSTEMD_COLORS: "0" } });

describe.skipIf(!hasSystemd)("packaging/thinkalong.service", () => {
  it("is a unit without a fault, as systemd sees it", async () => {
    const { stdout, stderr } = await analyze("verify", "--man=no", "--recursive-errors=no", await unit());
    expect([stdout, stderr]).toEqual(["", ""]);
    // It does see faults.
    const wrong = await unit((text) => text.replace("ProtectProc=invisible", "ProtectProk=invisible"));
    await expect(analyze("verify", "--man=no", "--recursive-errors=no", wrong)).rejects.toMatchObject({
      stderr: expect.stringContaining("ProtectProk"),
    });
  });

  it("is exposed little, as systemd reckons", async () => {
    const { stdout } = await analyze("security", "--offline=yes", "--threshold=25", await unit());
    expect(stdout).toMatch(/Overall exposure level for thinkalong\.service: [0-2]\.\d OK/);
  });
});
