import { access, readdir, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
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

  /**
   * The folder of a package that this one uses, without links; null where it is not installed. It is looked for as Node
   * looks for packages, and not by Node, because a package need not let others read its package.json.
   */
  async packageFolder(name: string, from = this.root): Promise<string | null> {
    for (const modules of createRequire(join(from, "package.json")).resolve.paths(name) ?? []) {
      const folder = join(modules, name);
      if (await isThere(join(folder, "package.json"))) return await realpath(folder);
    }
    return null;
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

export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
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
