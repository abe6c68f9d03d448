import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk in memory that holds little. */
export interface SmallDisk {
  readonly path: string;
  remove(): void;
}

/** Mounts a small disk; null where that is not allowed, as it is not for most users. */
export function mountSmallDisk(bytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), "thinkalong-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmdirSync(path);
    console.warn("No disk can be mounted here: tests of a full disk are skipped.");
    return null;
  }
  const remove = () => {
    execFileSync("umount", ["-l", path]);
    rmdirSync(path);
  };
  return { path, remove };
}
