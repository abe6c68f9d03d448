import { readdir, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { InstallError } from "./install-error.ts";

/** Where this package is installed, and the packages that it uses. */
export class Installation {
  private constructor(
    /** Folder of this package. */
    readonly root: string,
    /** The outermost `node_modules` in which it is, or its own in a checkout. Nothing outside is ever touched. */
    readonly modules: string,
  ) {}

  /** @param root folder of this package */
  static async at(root: string): Promise<Installation> {
    const real = await realpath(root);
    const parts = real.split(sep);
    const at = parts.indexOf("node_modules");
    const modules = at < 0 ? join(real, "node_modules") : parts.slice(0, at + 1).join(sep);
    return new Installation(real, modules);
  }

  /** The folder of a package that this one uses, without links; null where it is not installed. */
  async packageFolder(name: string, from = this.root): Promise<string | null> {
    try {
      const file = createRequire(join(from, "package.json")).resolve(`${name}/package.json`);
      return await realpath(dirname(file));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "MODULE_NOT_FOUND" || code === "ENOENT") return null;
      throw error;
    }
  }

  /**
   * Makes sure that something is inside of it, without the links that lead there.
   *
   * @throws {InstallError} `outside_install`
   */
  async requireInside(path: string): Promise<void> {
    const real = await realpath(path);
    if (real === path && real.startsWith(this.modules + sep)) return;
    throw new InstallError(
      "outside_install",
      `${path} is not in ${this.modules}, where thinkalong is installed, so it is left alone, and so is all the rest. Another program may use it.`,
    );
  }
}

/** Bytes of a file, or of all files in a folder. What several names lead to counts once. */
export async function bytesOf(path: string): Promise<number> {
  const seen = new Set<string>();
  const walk = async (at: string): Promise<number> => {
    const { dev, ino, size, isDir } = await stat(at).then((entry) => ({
      ...{ dev: entry.dev, ino: entry.ino, size: entry.size },
      isDir: entry.isDirectory(),
    }));
    if (!isDir) {
      const id = `${dev}:${ino}`;
      if (seen.has(id)) return 0;
      seen.add(id);
      return size;
    }
    const entries = await readdir(at, { withFileTypes: true });
    const sizes = await Promise.all(
      entries.filter((entry) => !entry.isSymbolicLink()).map((entry) => walk(join(at, entry.name))),
    );
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  };
  return await walk(path);
}
