import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyCheckpoint } from "./checkpoints.ts";

/** A copy of a tiny checkpoint that a test may change, and a folder beside it for what is made of it. */
export class EditedCheckpoint {
  readonly root: string;
  readonly source: string;

  private constructor(root: string, source: string) {
    this.root = root;
    this.source = source;
  }

  static async copy(name: string): Promise<EditedCheckpoint> {
    const root = await mkdtemp(join(tmpdir(), "thinkalong-checkpoint-"));
    const source = join(root, name);
    await cp(tinyCheckpoint(name), source, { recursive: true });
    return new EditedCheckpoint(root, source);
  }

  file(name: string): string {
    return join(this.source, name);
  }

  async edit(name: string, change: (json: Record<string, unknown>) => void): Promise<this> {
    const json = JSON.parse(await readFile(this.file(name), "utf8"));
    change(json);
    await writeFile(this.file(name), JSON.stringify(json));
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}
