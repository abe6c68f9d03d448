import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { selfSigned } from "../../src/server/mod.ts";
import { makeTempDir } from "./media.ts";

/** A certificate for 127.0.0.1 in a folder of its own, as `tls` of a server takes it. */
export async function certificateFiles() {
  const dir = await makeTempDir();
  const { files } = await selfSigned({ dir: dir.path, host: "127.0.0.1" });
  const path = join(dir.path, "certificate.pem");
  return { files, path, ca: await readFile(path, "utf8"), remove: dir.remove };
}
