import { createHash } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TINY_BUNDLE } from "./bundles.ts";
import { makeTempDir } from "./media.ts";

/** A temporary copy of a bundle that a test may damage. `await using` removes it. */
export class EditedBundle implements AsyncDisposable {
  private constructor(
    readonly path: string,
    private readonly remove: () => Promise<void>,
  ) {}

  /** A copy of the tiny bundle. */
  static async copy(): Promise<EditedBundle> {
    const { path, remove } = await makeTempDir();
    await cp(TINY_BUNDLE, path, { recursive: true });
    return new EditedBundle(path, remove);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Changes `bundle.json`; `edit` gets it parsed and changes it in place. */
  // biome-ignore lint/suspicious/noExplicitAny: a test may change it to something that fits no schema
  async manifest(edit: (manifest: any) => void): Promise<this> {
    const manifest = JSON.parse(await readFile(this.file("bundle.json"), "utf8"));
    edit(manifest);
    await writeFile(this.file("bundle.json"), JSON.stringify(manifest));
    return this;
  }

  /** Replaces a file and writes its new hash into the manifest, so that only its contents are wrong. */
  async replace(name: string, content: Buffer): Promise<this> {
    await writeFile(this.file(name), content);
    return this.manifest((manifest) => {
      manifest.files[name] = createHash("sha256").update(content).digest("hex");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}
