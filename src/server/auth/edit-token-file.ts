import { mkdir, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Document, YAMLSeq } from "yaml";
import { ServerError } from "../errors.ts";
import { parseTokens, type TokenEntry } from "./token-file.ts";

/** What a file says that has no token yet. */
const NEW_FILE = `# Who may use the server: docs/security.md. Only hashes of secrets are here.
tokens: []
`;

/**
 * Changes a token file, of which the rest and its comments stay. The new file is in its place as a whole or not at all.
 *
 * @param edit changes the list of the tokens, which are also given as they are understood, in the same order
 * @param ifMissing `begin`: a file that is not there is begun; `fail`: that is an error
 * @throws {ServerError} what `edit` throws; `tokens_invalid` when the file is wrong before or after;
 *   `tokens_unreadable` when it cannot be read or written
 */
export async function editTokenFile(
  path: string,
  ifMissing: "begin" | "fail",
  edit: (list: YAMLSeq, tokens: readonly TokenEntry[], document: Document) => void,
): Promise<void> {
  try {
    const { text, mode, target } = await readOrBegin(path, ifMissing);
    const entries = await parseTokens(text, path);
    const { isMap, isSeq, parseDocument } = await import("yaml");
    const document = parseDocument(text);
    const list = isMap(document.contents) ? document.get("tokens") : null;
    if (!isSeq(list))
      throw new ServerError("tokens_invalid", `The token file ${path} has no list of tokens.`);
    edit(list, entries, document);
    const changed = document.toString({ lineWidth: 0, flowCollectionPadding: false });
    await parseTokens(changed, path);
    const unfinished = `${target}.${process.pid}`;
    await writeFile(unfinished, changed, { mode });
    await rename(unfinished, target);
  } catch (cause) {
    if (cause instanceof ServerError) throw cause;
    throw new ServerError(
      "tokens_unreadable",
      `The token file ${path} cannot be read or written (${(cause as NodeJS.ErrnoException).code}). Name another one with --file.`,
      { cause },
    );
  }
}

async function readOrBegin(
  path: string,
  ifMissing: "begin" | "fail",
): Promise<{ text: string; mode: number; target: string }> {
  try {
    const target = await realpath(path);
    return { text: await readFile(target, "utf8"), mode: (await stat(target)).mode & 0o777, target };
  } catch (error) {
    if (ifMissing === "fail" || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return { text: NEW_FILE, mode: 0o600, target: path };
  }
}
