import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes a file so that it is there whole or not at all. */
export async function writeAtomically(dir: string, name: string, text: string): Promise<void> {
  const path = join(dir, name);
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}
