import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What may be damaged in a copy of a bundle of a published checkpoint. */
export class BundleEdit {
  constructor(private readonly folder: string) {}

  /** Changes a bit in the middle of a file. */
  async flip(name: string): Promise<void> {
    const bytes = await readFile(join(this.folder, name));
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(join(this.folder, name), bytes);
  }

  /** Cuts off the last byte of a file. */
  async cut(name: string): Promise<void> {
    const bytes = await readFile(join(this.folder, name));
    await writeFile(join(this.folder, name), bytes.subarray(0, -1));
  }

  /** Puts the content of a file into another one, and its hash into the manifest, so that only the content is wrong. */
  async replace(name: string, by: string): Promise<void> {
    const bytes = await readFile(join(this.folder, by));
    await writeFile(join(this.folder, name), bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await this.manifest((manifest) => {
      manifest.files[name] = { sha256, bytes: bytes.length };
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test may change it to something that fits no schema
  async manifest(change: (manifest: any) => unknown): Promise<void> {
    const path = join(this.folder, "bundle.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    change(manifest);
    await writeFile(path, JSON.stringify(manifest));
  }
}

/** Temporary copies of a bundle that a test may damage. `await using` removes them. */
export class EditedModel implements AsyncDisposable {
  private constructor(
    private readonly source: string,
    private readonly root: string,
  ) {}

  static async of(source: string): Promise<EditedModel> {
    return new EditedModel(source, await mkdtemp(join(tmpdir(), "thinkalong-edited-")));
  }

  /** @returns the folder of a damaged copy */
  async copy(name: string, damage: (edit: BundleEdit) => Promise<void>): Promise<string> {
    const folder = join(this.root, name);
    await cp(this.source, folder, { recursive: true });
    await damage(new BundleEdit(folder));
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}
